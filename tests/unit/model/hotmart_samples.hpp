#pragma once

#include "model/rules/hotmart_event.hpp"

#include <string>
#include <string_view>

// Bodies as Hotmart sends them, with invented people and products.
namespace ciclo::testing {

// A renewal paid by pix, with every field that matters; `event` and `status` as given.
std::string purchase_body(std::string_view event = "PURCHASE_APPROVED", std::string_view status = "APPROVED");

std::string cancellation_body();

// The body with one piece of text exchanged; fails the test when the piece does not occur.
std::string changed(std::string body, std::string_view from, std::string_view to);

// Read at `received_at()` as the event "id".
model::ReadEvent read_body(const std::string& body);
model::Fact fact_in(const std::string& body);
std::string missing_in(const std::string& body); // the reason why it is incomplete

Time received_at();

} // namespace ciclo::testing
