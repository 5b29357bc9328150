#include "model/rules/lifecycle.hpp"

#include <array>
#include <utility>

namespace ciclo::model {

namespace {

constexpr auto names = std::to_array<std::pair<Lifecycle, std::string_view>>({
    {Lifecycle::pending_payment, "pending_payment"},
    {Lifecycle::pending_onboarding, "pending_onboarding"},
    {Lifecycle::active, "active"},
    {Lifecycle::churned, "churned"},
});

} // namespace

std::string_view to_string(Lifecycle state) noexcept
{
    for (const auto& [known, name] : names)
        if (known == state)
            return name;
    return "";
}

std::optional<Lifecycle> lifecycle_from(std::string_view text) noexcept
{
    for (const auto& [state, name] : names)
        if (name == text)
            return state;
    return std::nullopt;
}

std::optional<Lifecycle> lifecycle_of(const LifecycleFacts& facts) noexcept
{
    if (facts.has_access)
        return facts.onboarding_needed && !facts.onboarding_done ? Lifecycle::pending_onboarding : Lifecycle::active;
    if (facts.payment_pending)
        return Lifecycle::pending_payment;
    if (facts.had_access)
        return Lifecycle::churned;
    return std::nullopt;
}

} // namespace ciclo::model
