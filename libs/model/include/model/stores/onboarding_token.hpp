#pragma once

#include "core/time.hpp"
#include "postgres/connection.hpp"

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

// The code a student types into Discord: table onboarding_tokens.
namespace ciclo::model {

inline constexpr std::chrono::days onboarding_token_life{7};

struct NewOnboardingToken {
    std::string token;
    std::string user_id;
    Time created_at;
};

// Eight characters that cannot be mistaken for one another (no 0/O, 1/I/L, U).
NewOnboardingToken new_onboarding_token(const std::string& user_id, Time now);

postgres::Statement insert_onboarding_tokens(std::span<const NewOnboardingToken> tokens);

// Their owners need none any more: they are through, or lost their access before they registered.
postgres::Statement expire_onboarding_tokens(std::span<const std::string> user_ids);

// The newest token that is neither used nor expired.
std::optional<std::string> find_onboarding_token(postgres::Connection& connection, const std::string& user_id);

// A student who was asked to register and has not.
struct OpenOnboarding {
    std::string user_id;
    std::string token;
    Time expires_at;
};

// Those whose token was made before `asked_before` and is still good, in the order of the tokens, after `after_token`
// (empty: from the first).
std::vector<OpenOnboarding> open_onboardings(postgres::Connection& connection, Time asked_before,
                                             const std::string& after_token, int most);

} // namespace ciclo::model
