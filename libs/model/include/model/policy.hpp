#pragma once

#include "core/environment.hpp"
#include "model/rules/projection.hpp"

namespace ciclo::model {

// The installation's choices, from CANCELLATION_POLICY, PAYMENT_GRACE_DAYS, DISCORD_ENABLED and
// BASE_CURRENCY. Every process that folds must be given the same.
Policy read_policy(Environment& environment);

} // namespace ciclo::model
