#pragma once

#include "core/environment.hpp"
#include "model/rules/brake.hpp"
#include "model/rules/projection.hpp"

#include <string>

namespace ciclo::model {

// The installation's choices, from CANCELLATION_POLICY, PAYMENT_GRACE_DAYS, DISCORD_ENABLED and
// BASE_CURRENCY. Every process that folds must be given the same.
Policy read_policy(Environment& environment);

// From BRAKE_MAX_REVOCATIONS, for every process with a job that could take something away.
BrakePolicy read_brake_policy(Environment& environment);

// The same text for the same choices: kept with each student as what they were folded under.
std::string policy_text(const Policy& policy);

} // namespace ciclo::model
