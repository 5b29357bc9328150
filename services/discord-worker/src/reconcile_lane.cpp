#include "reconcile_lane.hpp"

#include "contracts/reconcile_discord.hpp"
#include "contracts/send_email.hpp"
#include "core/log.hpp"
#include "model/stores/event_log.hpp"
#include "reconcile_member.hpp"

#include <chrono>

namespace ciclo::discord_worker {

namespace {

using namespace std::chrono_literals;

// Longer than all calls for one student can take together.
constexpr auto lease_duration = 120s;
constexpr auto unwell_pause = 5s;

} // namespace

ReconcileLane::ReconcileLane(Shared shared)
    : shared_(shared), loop_({shared.config.database_url, "discord-worker", shared.config.amqp_url,
                              std::string{contracts::ReconcileDiscord::queue}}),
      client_(shared.config.discord, shared.limits),
      seconds_(shared.metrics.histogram("ciclo_discord_reconcile_seconds",
                                        "From the moment something was wanted to its being applied",
                                        {0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300}))
{
}

void ReconcileLane::run(std::stop_token stop)
{
    loop_.run<contracts::ReconcileDiscord>(stop, [this](const auto& bell) {
        if (shared_.config.enabled)
            reconcile(bell.user_id);
    });
}

void ReconcileLane::reconcile(const std::string& user_id)
{
    auto& connection = loop_.connection();
    // Discord is down: the row stays due, and the sweeper rings it again.
    const auto permit = health_.ask(connection);
    if (permit == model::ProviderHealth::Permit::shut)
        return;
    const auto lease = model::lease_reconciliation(connection, "discord", user_id, lease_duration);
    if (!lease)
        return;
    if (permit == model::ProviderHealth::Permit::probe && !health_.claim_probe(connection)) {
        const Error unwell{ErrorKind::rate_limited, "Discord is not well; somebody else is trying", unwell_pause};
        (void)model::postpone_reconciliation(connection, *lease, unwell);
        return;
    }
    const auto reconciled = reconcile_member(connection, client_, *lease);
    if (!reconciled) {
        handle_failure(*lease, reconciled.error(), health_.failed(connection, reconciled.error()));
        return;
    }
    if (reconciled->asked_discord)
        health_.succeeded(connection);
    if (reconciled->own_fault) {
        handle_failure(*lease, *reconciled->own_fault, *reconciled->own_fault);
        return;
    }
    if (reconciled->look_again_after) {
        const Error not_yet{ErrorKind::rate_limited, "the member has not accepted the guild's rules yet",
                            *reconciled->look_again_after};
        (void)model::postpone_reconciliation(connection, *lease, not_yet);
        count("waiting");
        return;
    }
    const bool again = model::complete_reconciliation(connection, *lease);
    seconds_.observe(std::chrono::duration<double>(now() - lease->wanted_at).count());
    count("applied");
    log::info("Discord reconciled", {{"correlation_id", lease->correlation_id}, {"user_id", user_id}});
    if (!reconciled->email_message_id.empty())
        shared_.publisher.publish(
            rabbitmq::message_of(contracts::SendEmail{reconciled->email_message_id, lease->correlation_id}));
    if (again)
        shared_.publisher.publish(rabbitmq::message_of(contracts::ReconcileDiscord{user_id, lease->correlation_id}));
}

void ReconcileLane::handle_failure(const model::Lease& lease, const Error& failure, const Error& taken_as)
{
    auto& connection = loop_.connection();
    const auto decision = model::postpone_reconciliation(connection, lease, taken_as);
    log::warning("Discord could not be reconciled", {{"correlation_id", lease.correlation_id},
                                                     {"user_id", lease.user_id},
                                                     {"attempts", lease.attempts},
                                                     {"kind", to_string(failure.kind)},
                                                     {"error", failure.detail}});
    count(decision == model::RetryDecision::give_up ? "failed" : "postponed");
    if (decision == model::RetryDecision::give_up)
        model::append_event(connection,
                            {"discord.reconciliation", lease.user_id, model::audit_payload(lease.correlation_id),
                             model::AuditStatus::failed, failure.detail, ""});
}

void ReconcileLane::count(std::string_view outcome)
{
    shared_.metrics
        .counter("ciclo_discord_reconciliations_total", "Reconciliations by outcome",
                 {{"outcome", std::string{outcome}}})
        .increment();
}

} // namespace ciclo::discord_worker
