#pragma once

#include "core/time.hpp"
#include "model/stores/manychat_store.hpp"

#include <span>
#include <string>
#include <string_view>

namespace ciclo::manychat_worker {

// Why a flow that was wanted once is of no use now: the student's state has moved on, or a later flow tells of it.
// After an outage, or when ManyChat is turned on, nobody is told his whole story. `flows`: all of the student, in the
// order of their making, this one among them. Empty: send it.
std::string why_obsolete(std::string_view message_id, std::span<const model::StudentFlow> flows,
                         const model::ManychatWish& wish, Time now);

// Does it ask the student to register, with a code and an invite link?
bool asks_to_register(std::string_view purpose) noexcept;

} // namespace ciclo::manychat_worker
