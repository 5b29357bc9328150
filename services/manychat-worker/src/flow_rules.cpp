#include "flow_rules.hpp"

#include <algorithm>

namespace ciclo::manychat_worker {

namespace {

using model::StudentFlow;

// A reminder that comes together with what it reminds of helps nobody.
constexpr std::chrono::hours too_soon_for_a_reminder{12};

// The state that the flow speaks of; empty when it speaks of none.
std::string_view state_of(std::string_view purpose)
{
    if (asks_to_register(purpose))
        return "pending_onboarding";
    if (purpose == "welcome" || purpose == "welcome_back")
        return "active";
    return purpose == "churn" ? "churned" : "";
}

// Does `later` say what `earlier` would say, or that it is over?
bool replaces(const StudentFlow& later, const StudentFlow& earlier)
{
    if (earlier.purpose == "access")
        return later.purpose == "access" && later.product_id == earlier.product_id && later.flow_ns == earlier.flow_ns;
    return !state_of(earlier.purpose).empty() && !state_of(later.purpose).empty() && later.purpose != "follow_up";
}

bool was_asked_just_now(std::span<const StudentFlow> flows, Time now)
{
    return std::any_of(flows.begin(), flows.end(), [now](const StudentFlow& flow) {
        return flow.purpose == "onboarding" &&
               (flow.is_open || (flow.sent_at && now - *flow.sent_at < too_soon_for_a_reminder));
    });
}

} // namespace

bool asks_to_register(std::string_view purpose) noexcept
{
    return purpose == "onboarding" || purpose == "follow_up";
}

std::string why_obsolete(std::string_view message_id, std::span<const StudentFlow> flows,
                         const model::ManychatWish& wish, Time now)
{
    const auto own = std::find_if(flows.begin(), flows.end(), [&](const auto& flow) { return flow.id == message_id; });
    if (own == flows.end())
        return "the student is another one by now"; // two records became one under our hands
    const auto state = state_of(own->purpose);
    if (!state.empty() && wish.profile.lifecycle != state)
        return "the student is " + wish.profile.lifecycle + " by now";
    if (asks_to_register(own->purpose) && wish.profile.onboarding_token.empty())
        return "the student has no open onboarding token any more";
    if (own->purpose == "access" &&
        (own->product_id.empty() ? wish.product_ids.empty() : !wish.product_ids.contains(own->product_id)))
        return "the student has no access any more";
    if (std::any_of(own + 1, flows.end(), [&](const auto& later) { return replaces(later, *own); }))
        return "a later flow takes its place";
    if (own->purpose == "follow_up" && was_asked_just_now(flows, now))
        return "the student has only just been asked to register";
    return {};
}

} // namespace ciclo::manychat_worker
