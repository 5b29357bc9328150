#pragma once

#include "model/rules/fact.hpp"

#include <optional>
#include <string>
#include <string_view>

// What all facts of the API have in common.
namespace ciclo::sync_worker {

// The same key gives the same id, so that a fact that is found again is the same fact.
std::string fact_id(const std::string& key);

// Nothing when the value says nothing.
void add_candidate(model::Fact& fact, std::string_view path, const std::string& value);

// Of a partial refund the API does not tell the amount, only what was paid: then the fact has no money.
void keep_money(model::Fact& fact, const std::string& price, const std::string& currency, std::string_view status);

// The API tells when a sale was ordered and approved, not when it came to its present status. What is always later
// than the payment, and never later than now, keeps the order of events right.
Time happened_at(model::FactType type, std::optional<Time> ordered, std::optional<Time> approved,
                 std::optional<Time> warranty_ends, Time now);

} // namespace ciclo::sync_worker
