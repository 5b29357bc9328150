#pragma once

#include "core/time.hpp"
#include "postgres/connection.hpp"

#include <optional>
#include <string>
#include <string_view>

// Ties a Discord account to a student by what only that student was given: a code or an invite. The link
// is a fact; the lifecycle is to be folded afterwards, and rung for.
namespace ciclo::model {

struct LinkedStudent {
    std::string user_id;
    std::string correlation_id; // of the fact, and of everything that follows
};

// Both need a transaction of the caller's. Nothing when the code (the invite) does not open any more, the
// account belongs to a student, or the student has an account.
std::optional<LinkedStudent> claim_onboarding_token(postgres::Connection& connection, std::string_view token,
                                                    std::string_view discord_id, Time now);
std::optional<LinkedStudent> claim_invite(postgres::Connection& connection, std::string_view code,
                                          std::string_view discord_id, Time now);

// Until the end of the transaction nobody else may link this account. Taken after the student's lock.
void lock_discord_account(postgres::Connection& connection, std::string_view discord_id);

} // namespace ciclo::model
