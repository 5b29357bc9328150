#pragma once

#include "core/result.hpp"
#include "postgres/connection.hpp"

#include <string>

// Running the effect of a failed event again.
namespace ciclo::model {

// What is due again, for whoever rings the worker.
struct RetriedEffect {
    enum class Kind { webhook, discord, manychat, email, manychat_flow, discord_notification, job };
    Kind kind;
    std::string id; // of the webhook event, the student, the message, or the new run
    std::string correlation_id;
    std::string job; // its name, where it is one
};

// Makes the row behind a failed event due again, whatever became of it meanwhile, and notes who wanted that. When
// the effect succeeds, the event becomes `processed`. not_found; `refused` says why there is nothing to run again.
Result<RetriedEffect> retry_event(postgres::Connection& connection, const std::string& event_id,
                                  const std::string& actor_id);

} // namespace ciclo::model
