#include "job_clock.hpp"

#include "core/log.hpp"
#include "jobs/job_bell.hpp"
#include "model/stores/job_run_store.hpp"
#include "model/stores/job_store.hpp"

#include <chrono>
#include <vector>

namespace ciclo::scheduler {

namespace {

// Some jobs run every few minutes; what they did long ago is told by the audit log.
constexpr std::chrono::days runs_are_kept{30};
constexpr int most_forgotten = 5000;

} // namespace

void JobClock::tick(postgres::Connection& connection, Time now)
{
    if (!jobs_are_known_) {
        model::ensure_jobs(connection);
        jobs_are_known_ = true;
    }
    std::vector<rabbitmq::Message> bells;
    postgres::Transaction transaction{connection};
    for (const auto& due : model::take_due_jobs(connection, now)) {
        model::NewJobRun wanted;
        wanted.job = due.name;
        wanted.requested_by = "schedule";
        wanted.scheduled_for = due.scheduled_for;
        const auto run = model::request_job_run(connection, wanted);
        if (!run)
            continue;
        log::info(run->is_new ? "job requested by its schedule" : "job is due, and waits already",
                  {{"job", due.name}, {"job_run_id", run->id}, {"scheduled_for", to_iso8601(due.scheduled_for)}});
        bells.push_back(jobs::job_bell(due.name, run->id, run->correlation_id));
    }
    transaction.commit();
    publisher_.publish(std::move(bells));
    forget_old_runs(connection, now);
}

void JobClock::forget_old_runs(postgres::Connection& connection, Time now)
{
    if (now < forget_at_)
        return;
    forget_at_ = now + std::chrono::hours{1};
    (void)model::forget_job_runs(connection, now - runs_are_kept, most_forgotten);
}

} // namespace ciclo::scheduler
