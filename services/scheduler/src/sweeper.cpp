#include "sweeper.hpp"

#include "alert_watch.hpp"
#include "contracts/fold_student.hpp"
#include "contracts/hotmart_event_received.hpp"
#include "contracts/reconcile_discord.hpp"
#include "contracts/reconcile_manychat.hpp"
#include "contracts/send_discord_notification.hpp"
#include "contracts/send_email.hpp"
#include "contracts/send_manychat_flow.hpp"
#include "core/log.hpp"
#include "core/pause.hpp"
#include "jobs/job_bell.hpp"
#include "leadership.hpp"
#include "model/stores/job_run_store.hpp"

#include <utility>
#include <vector>

namespace ciclo::scheduler {

namespace {

using namespace std::chrono_literals;

// A row that waits longer for its first bell has been forgotten.
constexpr auto overdue = 2s;
constexpr int most_per_sweep = 1000;
// Enough bells are waiting: more would only be more.
constexpr std::uint64_t enough_bells = 100;

} // namespace

Sweeper::Sweeper(const Config& config, rabbitmq::Publisher& publisher, net::Metrics& metrics)
    : config_(config), publisher_(publisher), session_(config.database_url, "scheduler"), queues_(config.amqp_url),
      metrics_(metrics), leader_(metrics.gauge("ciclo_scheduler_leader", "1 while this one works, 0 on stand-by")),
      clock_(publisher)
{
}

void Sweeper::run(std::stop_token stop)
{
    while (!stop.stop_requested()) {
        try {
            const bool leads = acquire_leadership(session_.connection());
            leader_.set(leads ? 1 : 0);
            if (leads)
                sweep();
        } catch (const postgres::Failure& failure) {
            session_.after(failure);
            leader_.set(0);
            log::warning("PostgreSQL is away; sweeping again later", {{"error", failure.what()}});
        }
        pause(stop, config_.sweep_interval);
    }
}

bool Sweeper::enough_wait(std::string_view queue, std::uint64_t enough)
{
    const auto waiting = queues_.messages_ready(queue);
    return waiting && *waiting >= enough;
}

void Sweeper::publish(std::string_view queue, std::vector<rabbitmq::Message> bells)
{
    if (bells.empty())
        return;
    log::info("ringing again", {{"queue", queue}, {"rows", bells.size()}});
    metrics_.counter("ciclo_sweeper_bells_total", "Bells rung again by queue", {{"queue", std::string{queue}}})
        .increment(static_cast<double>(bells.size()));
    publisher_.publish(std::move(bells));
}

template <class Bell, class Find>
void Sweeper::ring(Find find)
{
    if (enough_wait(Bell::queue, enough_bells))
        return;
    std::vector<rabbitmq::Message> bells;
    for (const model::DueRow& row : find())
        bells.push_back(rabbitmq::message_of(Bell{row.id, row.correlation_id.empty() ? row.id : row.correlation_id}));
    publish(Bell::queue, std::move(bells));
}

// Runs last long and are few: while one bell waits for a free worker, another would not be heard either.
void Sweeper::ring_jobs()
{
    using enum model::JobExecutor;
    for (const auto executor : {sync_worker, discord_worker, manychat_worker}) {
        const auto queue = jobs::queue_of(executor);
        if (enough_wait(queue, 1))
            continue;
        std::vector<rabbitmq::Message> bells;
        auto& connection = session_.connection();
        for (const auto& job : jobs::jobs_of(executor))
            for (const auto& row : model::due_job_runs(connection, {&job, 1}, overdue, 1))
                bells.push_back(jobs::job_bell(job, row.id, row.correlation_id));
        publish(queue, std::move(bells));
    }
}

void Sweeper::sweep()
{
    auto& connection = session_.connection();
    clock_.tick(connection, now());
    ring_jobs();
    if (config_.hotmart_enabled)
        ring<contracts::HotmartEventReceived>(
            [&] { return model::due_webhook_events(connection, overdue, most_per_sweep); });
    (void)model::want_timed_folds(connection, most_per_sweep);
    (void)model::close_expired_tokens(connection, most_per_sweep);
    ring<contracts::FoldStudent>(
        [&] { return model::due_reconciliations(connection, "lifecycle", overdue, most_per_sweep); });
    if (config_.discord_enabled) {
        ring<contracts::ReconcileDiscord>(
            [&] { return model::due_reconciliations(connection, "discord", overdue, most_per_sweep); });
        ring<contracts::SendDiscordNotification>(
            [&] { return model::due_messages(connection, "discord_notification", overdue, most_per_sweep); });
    }
    if (config_.manychat_enabled) {
        ring<contracts::ReconcileManychat>(
            [&] { return model::due_reconciliations(connection, "manychat", overdue, most_per_sweep); });
        ring<contracts::SendManychatFlow>(
            [&] { return model::due_messages(connection, "manychat_flow", overdue, most_per_sweep); });
    }
    if (config_.email_enabled)
        ring<contracts::SendEmail>([&] { return model::due_messages(connection, "email", overdue, most_per_sweep); });
    watch_alerts(connection, queues_, publisher_);
}

} // namespace ciclo::scheduler
