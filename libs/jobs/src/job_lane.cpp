#include "job_lane.hpp"

#include "contracts/run_job.hpp"
#include "core/log.hpp"
#include "jobs/job_bell.hpp"

#include <fmt/core.h>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace ciclo::jobs {

namespace {

using namespace std::chrono_literals;

} // namespace

// What the body's thread and the one that keeps the lease share.
struct JobLane::Attempt {
    std::stop_source stop_body;
    std::atomic<bool> cancelled = false;
    std::atomic<bool> lost = false;
    std::optional<JobContext> context{};
    model::JobProgress last{}; // once the body has ended
};

JobLane::JobLane(const RunnerSettings& settings, const JobBodies& bodies, rabbitmq::Publisher& publisher,
                 net::Metrics& metrics)
    : settings_(settings), bodies_(bodies), publisher_(publisher), metrics_(metrics),
      consumer_(settings.amqp_url, std::string{queue_of(settings.executor)}, 1),
      control_(settings.database_url, settings.service + " lease"),
      work_(settings.database_url, settings.service + " job")
{
}

void JobLane::run(const std::stop_token& stop)
{
    // Shown as zero from the start: a rate needs a first value.
    for (const auto& [job, body] : bodies_)
        for (const char* status : {"succeeded", "failed"})
            (void)ended_runs(job, status);
    while (!stop.stop_requested()) {
        const auto bells = consumer_.take(1, 1s, stop);
        if (bells.empty()) {
            try {
                (void)control_.connection(); // keeps /readyz truthful while nothing happens
            } catch (const postgres::Failure& failure) {
                control_.after(failure);
            }
        }
        for (const auto& bell : bells)
            on_bell(bell, stop);
    }
}

void JobLane::on_bell(const rabbitmq::Delivery& bell, const std::stop_token& stop)
{
    const auto message = contracts::RunJob::decode(bell.body);
    if (!message) {
        log::error("a bell cannot be understood; it goes to the dead letters", {{"error", message.error().detail}});
        consumer_.reject(bell);
        return;
    }
    // At once: a job may take longer than the broker waits for an answer, and the row is rung again anyway.
    consumer_.ack({bell});
    working_ = true;
    try {
        const auto lease = model::lease_job_run(control_.connection(), message->job_run_id, settings_.lease);
        if (lease)
            work(*lease, stop);
    } catch (const postgres::Failure& failure) {
        control_.after(failure);
        log::warning("a run was cut short; it stays due",
                     {{"job_run_id", message->job_run_id}, {"error", failure.what()}});
        std::this_thread::sleep_for(200ms);
    } catch (const std::exception& failure) {
        log::error("a run was cut short; it stays due",
                   {{"job_run_id", message->job_run_id}, {"error", failure.what()}});
    }
    working_ = false;
}

void JobLane::work(const model::JobLease& lease, const std::stop_token& stop)
{
    log::info("job taken up", {{"job", lease.job},
                               {"job_run_id", lease.run_id},
                               {"correlation_id", lease.correlation_id},
                               {"attempt", lease.attempt}});
    if (!bodies_.contains(lease.job)) {
        end(lease, model::JobEnd::failed,
            fmt::format("this {} does not know the job {}: update it", settings_.service, lease.job), {});
        return;
    }
    if (lease.interruptions > settings_.most_interruptions) {
        end(lease, model::JobEnd::failed,
            fmt::format("given up after its process or database connection had vanished {} times: see the logs",
                        lease.interruptions),
            {0, std::nullopt, lease.counters});
        return;
    }
    Attempt attempt;
    const std::stop_callback stops_too{stop, [&] { attempt.stop_body.request_stop(); }};
    const Outcome outcome = run_body(lease, attempt);
    finish(lease, attempt, outcome);
    ring_next(lease.job);
}

JobLane::Outcome JobLane::run_body(const model::JobLease& lease, Attempt& attempt)
{
    Outcome outcome;
    try {
        attempt.context.emplace(work_.connection(), lease, attempt.stop_body.get_token());
        const std::jthread keeper{[&](const std::stop_token& ended) { keep(lease, attempt, ended); }};
        const auto done = bodies_.find(lease.job)->second(*attempt.context);
        if (!done)
            outcome = {Cut::failed, done.error().detail};
    } catch (const JobStopped&) {
        outcome.cut = Cut::stopped;
    } catch (const model::LeaseLost&) {
        outcome.cut = Cut::lost;
    } catch (const postgres::Failure& failure) {
        work_.after(failure);
        outcome = {failure.is_unavailable() || failure.is_conflict() ? Cut::interrupted : Cut::failed, failure.what()};
    } catch (const std::exception& failure) {
        outcome = {Cut::failed, failure.what()};
    }
    if (attempt.context)
        attempt.last = attempt.context->snapshot();
    if (attempt.lost)
        outcome.cut = Cut::lost;
    return outcome;
}

void JobLane::keep(const model::JobLease& lease, Attempt& attempt, const std::stop_token& ended)
{
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock{mutex};
    while (!wake.wait_for(lock, ended, settings_.beat, [&] { return ended.stop_requested(); })) {
        try {
            const auto state =
                model::report_progress(control_.connection(), lease, attempt.context->snapshot(), settings_.lease);
            if (state == model::JobLeaseState::held)
                continue;
            (state == model::JobLeaseState::lost ? attempt.lost : attempt.cancelled) = true;
            attempt.stop_body.request_stop();
        } catch (const postgres::Failure& failure) {
            // The body will meet it as well; if not, the lease is taken again with the next beat.
            control_.after(failure);
        }
    }
}

void JobLane::finish(const model::JobLease& lease, const Attempt& attempt, const Outcome& outcome)
{
    switch (outcome.cut) {
    case Cut::none:
        end(lease, model::JobEnd::succeeded, "", attempt.last);
        return;
    case Cut::failed:
        end(lease, model::JobEnd::failed, outcome.error, attempt.last);
        return;
    case Cut::stopped:
        if (attempt.cancelled) {
            end(lease, model::JobEnd::cancelled, "cancelled on request", attempt.last);
        } else {
            model::give_back_job_run(control_.connection(), lease);
            log::info("job given back", {{"job", lease.job}, {"job_run_id", lease.run_id}});
        }
        return;
    case Cut::interrupted:
        model::interrupt_job_run(control_.connection(), lease, outcome.error);
        log::warning("job interrupted; it goes on from its checkpoint",
                     {{"job", lease.job}, {"job_run_id", lease.run_id}, {"error", outcome.error}});
        return;
    case Cut::lost:
        log::warning("job taken over by another process", {{"job", lease.job}, {"job_run_id", lease.run_id}});
        return;
    }
}

net::Counter JobLane::ended_runs(const std::string& job, const std::string& status)
{
    return metrics_.counter("ciclo_job_runs_total", "Ended runs by job and status", {{"job", job}, {"status", status}});
}

void JobLane::end(const model::JobLease& lease, model::JobEnd end, const std::string& error,
                  const model::JobProgress& progress)
{
    if (!model::finish_job_run(control_.connection(), lease, end, error, progress))
        return;
    const char* status = end == model::JobEnd::succeeded   ? "succeeded"
                         : end == model::JobEnd::cancelled ? "cancelled"
                                                           : "failed";
    ended_runs(lease.job, status).increment();
    const auto level = end == model::JobEnd::failed ? log::Level::error : log::Level::info;
    log::write(level, "job ended",
               {{"job", lease.job},
                {"job_run_id", lease.run_id},
                {"correlation_id", lease.correlation_id},
                {"status", status},
                {"error", error}});
}

// Another request for the same job waited behind this run.
void JobLane::ring_next(const std::string& job)
{
    for (const auto& row : model::due_job_runs(control_.connection(), {&job, 1}, 0s, 1))
        publisher_.publish(job_bell(job, row.id, row.correlation_id));
}

} // namespace ciclo::jobs
