#include "contact_lane.hpp"

#include "contracts/reconcile_manychat.hpp"
#include "contracts/send_manychat_flow.hpp"
#include "core/log.hpp"
#include "core/text.hpp"
#include "model/stores/event_log.hpp"

#include <chrono>

namespace ciclo::manychat_worker {

namespace {

using namespace std::chrono_literals;

// Longer than all calls for one student can take together.
constexpr auto lease_duration = 180s;
constexpr auto unwell_pause = 5s;

} // namespace

ContactLane::ContactLane(Shared shared)
    : shared_(shared), loop_({shared.config.database_url, "manychat-worker", shared.config.amqp_url,
                              std::string{contracts::ReconcileManychat::queue}}),
      pace_([this]() -> postgres::Connection& { return loop_.connection(); }, shared.config.pace_percent),
      client_(shared.config.manychat, pace_),
      seconds_(shared.metrics.histogram("ciclo_manychat_reconcile_seconds",
                                        "From the moment something was wanted to its being applied",
                                        {0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300}))
{
}

void ContactLane::run(std::stop_token stop)
{
    loop_.run<contracts::ReconcileManychat>(stop, [this](const auto& bell) {
        // Switched off: the row stays due, and the sweeper rings it again.
        if (shared_.config.enabled)
            reconcile(bell.user_id);
    });
}

void ContactLane::reconcile(const std::string& user_id)
{
    auto& connection = loop_.connection();
    // ManyChat is down: the row stays due.
    const auto permit = health_.ask(connection);
    if (permit == model::ProviderHealth::Permit::shut)
        return;
    const auto lease = model::lease_reconciliation(connection, "manychat", user_id, lease_duration);
    if (!lease)
        return;
    if (permit == model::ProviderHealth::Permit::probe && !health_.claim_probe(connection)) {
        const Error unwell{ErrorKind::rate_limited, "ManyChat is not well; somebody else is trying", unwell_pause};
        (void)model::postpone_reconciliation(connection, *lease, unwell);
        return;
    }
    const auto synced = sync(*lease);
    if (synced)
        finish(*lease, *synced);
    else
        handle_failure(*lease, synced.error());
}

Result<SyncedContact> ContactLane::sync(const model::Lease& lease)
{
    auto& connection = loop_.connection();
    const model::ContactLock lock{connection, lease.user_id};
    if (!lock.held())
        return Error{ErrorKind::rate_limited, "another worker is at this contact", 1s};
    const auto wish = model::read_manychat_wish(connection, lease.user_id);
    if (!wish)
        return SyncedContact{SyncOutcome::not_needed, "", 0};
    auto synced = sync_contact({shared_.config, connection, client_, shared_.page}, *wish,
                               {model::managed_manychat_tags(connection), lease.correlation_id});
    if (!synced && synced.error().kind == ErrorKind::not_found) {
        model::record_not_found(connection, wish->user_id, search_digest(*wish), synced.error().detail);
        log::warning("a student has no contact in ManyChat", {{"correlation_id", lease.correlation_id},
                                                              {"user_id", wish->user_id},
                                                              {"email", masked_email(wish->profile.email)}});
    }
    return synced;
}

void ContactLane::finish(const model::Lease& lease, const SyncedContact& synced)
{
    auto& connection = loop_.connection();
    if (synced.outcome == SyncOutcome::changed) // otherwise nobody was asked
        health_.succeeded(connection);
    const bool again = model::complete_reconciliation(connection, lease);
    seconds_.observe(std::chrono::duration<double>(now() - lease.wanted_at).count());
    count(synced.outcome == SyncOutcome::no_phone ? "no_phone" : "applied");
    log::info(synced.outcome == SyncOutcome::no_phone ? "a student has no phone, and so no contact in ManyChat"
                                                      : "ManyChat reconciled",
              {{"correlation_id", lease.correlation_id}, {"user_id", lease.user_id}});
    // Flows come after the tags and fields that they build on.
    for (const auto& flow : model::queued_flows(connection, lease.user_id))
        shared_.publisher.publish(rabbitmq::message_of(contracts::SendManychatFlow{
            flow.message_id, flow.correlation_id.empty() ? flow.message_id : flow.correlation_id}));
    if (again)
        shared_.publisher.publish(
            rabbitmq::message_of(contracts::ReconcileManychat{lease.user_id, lease.correlation_id}));
}

void ContactLane::handle_failure(const model::Lease& lease, const Error& failure)
{
    auto& connection = loop_.connection();
    const auto decision = model::postpone_reconciliation(connection, lease, health_.failed(connection, failure));
    log::warning("ManyChat could not be reconciled", {{"correlation_id", lease.correlation_id},
                                                      {"user_id", lease.user_id},
                                                      {"attempts", lease.attempts},
                                                      {"kind", to_string(failure.kind)},
                                                      {"error", failure.detail}});
    count(decision == model::RetryDecision::give_up ? "failed" : "postponed");
    if (decision == model::RetryDecision::give_up)
        model::append_event(connection,
                            {"manychat.reconciliation", lease.user_id, model::audit_payload(lease.correlation_id),
                             model::AuditStatus::failed, failure.detail, ""});
}

void ContactLane::count(std::string_view outcome)
{
    shared_.metrics
        .counter("ciclo_manychat_reconciliations_total", "Reconciliations by outcome",
                 {{"outcome", std::string{outcome}}})
        .increment();
}

} // namespace ciclo::manychat_worker
