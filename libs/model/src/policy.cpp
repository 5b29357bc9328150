#include "model/policy.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace ciclo::model {

Policy read_policy(Environment& environment)
{
    Policy policy;
    policy.discord_enabled =
        environment.flag("DISCORD_ENABLED", true, "students of products with a Discord role need onboarding");
    const std::string cancellation =
        environment.one_of("CANCELLATION_POLICY", {"immediate", "end_of_period"}, "when a cancellation ends access");
    policy.cancellation =
        cancellation == "end_of_period" ? CancellationPolicy::end_of_period : CancellationPolicy::immediate;
    policy.payment_grace = std::chrono::days{
        environment.integer("PAYMENT_GRACE_DAYS", 7, 0, 365, "how many days a delayed renewal keeps its access")};
    policy.base_currency = environment.text("BASE_CURRENCY", "BRL", "currency of the LTV, ISO 4217");
    const bool is_code =
        policy.base_currency.size() == 3 && std::all_of(policy.base_currency.begin(), policy.base_currency.end(),
                                                        [](char c) { return c >= 'A' && c <= 'Z'; });
    if (!is_code)
        environment.fault("BASE_CURRENCY", "must be three capital letters, such as BRL");
    return policy;
}

BrakePolicy read_brake_policy(Environment& environment)
{
    BrakePolicy policy;
    policy.most_people = static_cast<std::size_t>(environment.integer(
        "BRAKE_MAX_REVOCATIONS", 20, 0, 1'000'000, "people a single run may take access from before it asks a person"));
    return policy;
}

std::string policy_text(const Policy& policy)
{
    return fmt::format("discord={} cancellation={} grace={} currency={}", policy.discord_enabled ? "on" : "off",
                       policy.cancellation == CancellationPolicy::immediate ? "immediate" : "end_of_period",
                       policy.payment_grace.count(), policy.base_currency);
}

} // namespace ciclo::model
