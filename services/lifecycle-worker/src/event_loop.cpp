#include "event_loop.hpp"

#include "contracts/hotmart_event_received.hpp"
#include "core/log.hpp"
#include "model/rules/retry.hpp"
#include "model/stores/apply_events.hpp"
#include "model/stores/event_log.hpp"
#include "worker/downstream.hpp"

#include <chrono>
#include <thread>

namespace ciclo::lifecycle {

namespace {

using namespace std::chrono_literals;

// Few enough for one transaction to be short, many enough to share its cost.
constexpr std::size_t batch_size = 128;
constexpr std::uint16_t prefetch = 512;

void log_applied(const model::Applied& applied)
{
    for (const model::WebhookOutcome& outcome : applied.outcomes) {
        if (outcome.reason.empty())
            log::info("event applied", {{"correlation_id", outcome.id}});
        else
            log::warning(
                "event not fully applied",
                {{"correlation_id", outcome.id}, {"status", to_string(outcome.status)}, {"reason", outcome.reason}});
    }
}

} // namespace

EventLoop::EventLoop(const Config& config, rabbitmq::Publisher& publisher, net::Metrics& metrics)
    : config_(config), publisher_(publisher),
      session_(config.database_url, "lifecycle-worker",
               [](postgres::Connection& opened) { opened.expect_key_lookups(); }),
      consumer_(config.amqp_url, std::string{contracts::HotmartEventReceived::queue}, prefetch), metrics_(metrics),
      batches_(metrics.counter("ciclo_lifecycle_batches_total", "Transactions that applied events")),
      batch_seconds_(metrics.histogram("ciclo_lifecycle_batch_seconds", "Time to apply and commit one batch",
                                       {0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2}))
{
}

void EventLoop::run(std::stop_token stop)
{
    while (!stop.stop_requested()) {
        const auto bells = consumer_.take(batch_size, 1s, stop);
        if (bells.empty()) {
            (void)work_on({}); // keeps /readyz truthful while nothing happens
            continue;
        }
        // Switched off: the rows wait, and the sweeper rings them when it is on again.
        if (!config_.hotmart_enabled || work_on(read_bells(bells)))
            consumer_.ack(bells);
        else
            std::this_thread::sleep_for(200ms); // the database is away: bells and rows wait
    }
}

std::vector<std::string> EventLoop::read_bells(const std::vector<rabbitmq::Delivery>& bells)
{
    std::vector<std::string> ids;
    for (const rabbitmq::Delivery& bell : bells) {
        const auto message = contracts::HotmartEventReceived::decode(bell.body);
        if (message) {
            ids.push_back(message->event_id);
        } else {
            log::error("a bell cannot be understood; it goes to the dead letters", {{"error", message.error().detail}});
            consumer_.reject(bell);
        }
    }
    return ids;
}

// False when nothing could be done, because the database is away.
bool EventLoop::work_on(std::vector<std::string> ids)
{
    while (true) {
        try {
            if (ids.empty())
                (void)session_.connection();
            else
                apply(ids);
            return true;
        } catch (const postgres::Failure& failure) {
            session_.after(failure);
            if (failure.is_unavailable()) {
                log::warning("PostgreSQL is away; events wait", {{"error", failure.what()}});
                return false;
            }
            log::warning("a batch failed; its events are applied one by one",
                         {{"error", failure.what()}, {"events", ids.size()}});
        } catch (const std::exception& failure) {
            log::warning("a batch failed; its events are applied one by one",
                         {{"error", failure.what()}, {"events", ids.size()}});
        }
        try {
            for (const auto& id : ids)
                apply_one(id);
            return true;
        } catch (const postgres::Failure& failure) {
            session_.after(failure);
            log::warning("PostgreSQL is away; events wait", {{"error", failure.what()}});
            return false;
        }
    }
}

void EventLoop::apply(std::span<const std::string> ids)
{
    const auto began = std::chrono::steady_clock::now();
    const model::Applied applied = model::apply_events(session_.connection(), ids, catalogue_, config_.policy, now);
    worker::ring_downstream(publisher_, applied.students);
    log_applied(applied);
    batches_.increment();
    batch_seconds_.observe(std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
    for (const model::WebhookOutcome& outcome : applied.outcomes)
        metrics_
            .counter("ciclo_events_applied_total", "Webhook events by outcome",
                     {{"outcome", std::string{to_string(outcome.status)}}})
            .increment();
}

void EventLoop::apply_one(const std::string& id)
{
    try {
        apply({&id, 1});
    } catch (const postgres::Failure& failure) {
        session_.after(failure);
        if (failure.is_unavailable())
            throw;
        give_up_or_postpone(id, failure.what());
    } catch (const std::exception& failure) {
        give_up_or_postpone(id, failure.what());
    }
}

void EventLoop::give_up_or_postpone(const std::string& id, const std::string& error)
{
    auto& connection = session_.connection();
    postgres::Transaction transaction{connection};
    const auto waiting = model::claim_webhook_events(connection, {&id, 1});
    if (waiting.empty())
        return;
    const int attempts = waiting.front().attempts + 1;
    log::error("an event could not be applied", {{"correlation_id", id}, {"attempts", attempts}, {"error", error}});
    if (attempts < model::max_attempts) {
        const auto delay = model::delay_before_next(Error{ErrorKind::unavailable, error, {}}, attempts, 0);
        model::postpone_webhook_event(connection, id, error, now() + delay);
        transaction.commit();
        return;
    }
    const model::WebhookOutcome outcome{id, model::WebhookStatus::failed, error};
    const model::AuditEvent audit{
        "hotmart." + waiting.front().event_type, "", model::audit_payload(id), model::AuditStatus::failed, error, ""};
    const postgres::Statement last[] = {model::finish_webhook_events({&outcome, 1}), model::append_events({&audit, 1})};
    connection.pipeline(last);
    transaction.commit();
}

} // namespace ciclo::lifecycle
