#include "flow_rules.hpp"

namespace ciclo::manychat_worker {

bool asks_to_register(std::string_view purpose) noexcept
{
    return purpose == "onboarding" || purpose == "follow_up";
}

std::string why_obsolete(std::string_view purpose, const model::ManychatWish& wish)
{
    std::string_view state;
    if (asks_to_register(purpose))
        state = "pending_onboarding";
    else if (purpose == "welcome" || purpose == "welcome_back")
        state = "active";
    else if (purpose == "churn")
        state = "churned";
    if (!state.empty() && wish.profile.lifecycle != state)
        return "the student is " + wish.profile.lifecycle + " by now";
    if (asks_to_register(purpose) && wish.profile.onboarding_token.empty())
        return "the student has no open onboarding token any more";
    if (purpose == "access" && wish.product_names.empty())
        return "the student has no access any more";
    return {};
}

} // namespace ciclo::manychat_worker
