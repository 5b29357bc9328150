#include "reconcile_lane.hpp"

#include "contracts/reconcile_discord.hpp"
#include "contracts/send_discord_notification.hpp"
#include "contracts/send_email.hpp"
#include "core/crypto.hpp"
#include "core/json_writer.hpp"
#include "core/log.hpp"
#include "model/stores/event_log.hpp"
#include "model/stores/message_store.hpp"
#include "reconcile_member.hpp"

#include <chrono>
#include <thread>

namespace ciclo::discord_worker {

namespace {

using namespace std::chrono_literals;

// Longer than all calls for one student can take together.
constexpr auto lease_duration = 120s;
constexpr auto unauthorized_pause = 60s;

// "2026-11-19T14": one alert an hour for one and the same trouble.
std::string this_hour()
{
    return to_iso8601(now()).substr(0, 13);
}

} // namespace

ReconcileLane::ReconcileLane(Shared shared)
    : shared_(shared), session_(shared.config.database_url, "discord-worker"),
      consumer_(shared.config.amqp_url, std::string{contracts::ReconcileDiscord::queue}, 8),
      client_(shared.config.discord, shared.limits),
      seconds_(shared.metrics.histogram("ciclo_discord_reconcile_seconds",
                                        "From the moment something was wanted to its being applied",
                                        {0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300}))
{
}

void ReconcileLane::run(std::stop_token stop)
{
    while (!stop.stop_requested()) {
        const auto bells = consumer_.take(1, 1s, stop);
        if (bells.empty()) {
            try {
                (void)session_.connection(); // keeps /readyz truthful while nothing happens
            } catch (const postgres::Failure& failure) {
                session_.after(failure);
            }
        }
        for (const auto& bell : bells)
            on_bell(bell);
    }
}

void ReconcileLane::on_bell(const rabbitmq::Delivery& bell)
{
    const auto message = contracts::ReconcileDiscord::decode(bell.body);
    if (!message) {
        log::error("a bell cannot be understood; it goes to the dead letters", {{"error", message.error().detail}});
        consumer_.reject(bell);
        return;
    }
    try {
        // Switched off, or Discord is down: the row stays due, and the sweeper rings it again.
        if (shared_.config.enabled && shared_.health.may_call())
            reconcile(message->user_id);
    } catch (const postgres::Failure& failure) {
        session_.after(failure);
        log::warning("a reconciliation was cut short; the row stays due",
                     {{"correlation_id", message->correlation_id}, {"error", failure.what()}});
        std::this_thread::sleep_for(100ms);
    } catch (const std::exception& failure) {
        log::error("a reconciliation was cut short; the row stays due",
                   {{"correlation_id", message->correlation_id}, {"error", failure.what()}});
    }
    consumer_.ack({bell});
}

void ReconcileLane::reconcile(const std::string& user_id)
{
    auto& connection = session_.connection();
    const auto lease = model::lease_reconciliation(connection, "discord", user_id, lease_duration);
    if (!lease)
        return;
    const auto reconciled = reconcile_member(connection, client_, *lease);
    if (!reconciled) {
        const Error error = reconciled.error();
        const bool went_down = shared_.health.failed(error);
        handle_failure(*lease, error);
        if (went_down)
            alert("discord_down:" + this_hour(), "discord_down", *lease, error);
        return;
    }
    shared_.health.succeeded();
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

void ReconcileLane::handle_failure(const model::Lease& lease, const Error& failure)
{
    auto& connection = session_.connection();
    Error error = failure;
    if (error.kind == ErrorKind::unauthorized) {
        // The token is everybody's trouble: no student's attempts are used up by it.
        error = Error{ErrorKind::rate_limited, failure.detail, unauthorized_pause};
        alert("discord_unauthorized:" + this_hour(), "discord_unauthorized", lease, failure);
    } else if (shared_.health.is_suspicious() && error.kind != ErrorKind::refused) {
        error.kind = ErrorKind::rate_limited;
        error.retry_after = std::max<std::chrono::milliseconds>(error.retry_after, 5s);
    }
    const auto decision = model::postpone_reconciliation(connection, lease, error);
    log::warning("Discord could not be reconciled", {{"correlation_id", lease.correlation_id},
                                                     {"user_id", lease.user_id},
                                                     {"attempts", lease.attempts},
                                                     {"kind", to_string(failure.kind)},
                                                     {"error", failure.detail}});
    count(decision == model::RetryDecision::give_up ? "failed" : "postponed");
    if (decision != model::RetryDecision::give_up)
        return;
    model::append_event(connection,
                        {"discord.reconciliation", lease.user_id, model::audit_payload(lease.correlation_id),
                         model::AuditStatus::failed, failure.detail, ""});
    alert("discord_failed:" + sha256_hex(failure.detail).substr(0, 12) + ":" + this_hour(), "discord_failed", lease,
          failure);
}

void ReconcileLane::alert(const std::string& cause_key, const std::string& template_name, const model::Lease& lease,
                          const Error& error)
{
    JsonWriter variables;
    variables.begin_object().member("user_id", lease.user_id).member("error", error.detail).end_object();
    const auto message = model::queue_message(session_.connection(), {.channel = "discord_notification",
                                                                      .cause_key = cause_key,
                                                                      .user_id = "",
                                                                      .message_class = "service",
                                                                      .template_name = template_name,
                                                                      .variables = std::string{variables.text()},
                                                                      .use_by = now() + std::chrono::hours{24},
                                                                      .correlation_id = lease.correlation_id});
    if (message)
        shared_.publisher.publish(
            rabbitmq::message_of(contracts::SendDiscordNotification{*message, lease.correlation_id}));
}

void ReconcileLane::count(std::string_view outcome)
{
    shared_.metrics
        .counter("ciclo_discord_reconciliations_total", "Reconciliations by outcome",
                 {{"outcome", std::string{outcome}}})
        .increment();
}

} // namespace ciclo::discord_worker
