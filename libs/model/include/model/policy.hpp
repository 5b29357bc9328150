#pragma once

#include "core/environment.hpp"
#include "model/rules/brake.hpp"
#include "model/rules/projection.hpp"

namespace ciclo::model {

// The installation's choices, from CANCELLATION_POLICY, PAYMENT_GRACE_DAYS, DISCORD_ENABLED and
// BASE_CURRENCY. Every process that folds must be given the same.
Policy read_policy(Environment& environment);

// From BRAKE_MAX_REVOCATIONS, for every process with a job that could take something away.
BrakePolicy read_brake_policy(Environment& environment);

} // namespace ciclo::model
