#pragma once

#include "core/result.hpp"
#include "core/time.hpp"
#include "postgres/connection.hpp"

#include <chrono>
#include <string>
#include <vector>

// Students who should register and do not get on, and the help they are given.
namespace ciclo::model {

struct StuckStudent {
    std::string user_id;
    std::string email;
    std::string name;
    std::string phone;
    std::string waiting_since;    // ISO 8601: the first code since the last one that was used
    std::string token_expires_at; // of the newest code; may be past
    bool token_is_good = false;
    std::string last_message;        // template of the newest message; empty: none
    std::string last_message_status; // "sent", "failed" ...
    std::string last_error;          // why it failed
};

// Who waits longest first: pending_onboarding since before `since`, at most `most`, after the place of `after_id`,
// which is a student of an earlier page (empty: from the first).
std::vector<StuckStudent> stuck_onboardings(postgres::Connection& connection, Time since, const std::string& after_id,
                                            int most);

struct RenewedToken {
    std::string token;
    std::string expires_at;
    std::string correlation_id;
    std::string email_id; // the message that tells the student; empty: none was wanted
};

// A new code for a student who has not registered; older ones are good no more. ManyChat's field follows.
// not_found; `refused` when the student has nothing to register for.
Result<RenewedToken> renew_onboarding_token(postgres::Connection& connection, const std::string& user_id,
                                            bool send_email, const std::string& actor_id, Time now);

} // namespace ciclo::model
