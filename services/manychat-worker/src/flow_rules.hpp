#pragma once

#include "model/stores/manychat_store.hpp"

#include <string>
#include <string_view>

namespace ciclo::manychat_worker {

// Why a flow that was wanted once is of no use now: whoever has registered needs no reminder. Empty: send it.
std::string why_obsolete(std::string_view purpose, const model::ManychatWish& wish);

// Does it ask the student to register, with a code and an invite link?
bool asks_to_register(std::string_view purpose) noexcept;

} // namespace ciclo::manychat_worker
