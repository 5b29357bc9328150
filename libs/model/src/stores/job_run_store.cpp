#include "model/stores/job_run_store.hpp"

#include "core/json.hpp"
#include "core/uuid.hpp"
#include "model/rules/job_catalogue.hpp"
#include "stores/job_counters.hpp"

#include <fmt/core.h>

namespace ciclo::model {

namespace {

constexpr const char* ensure_job_sql = R"sql(
    INSERT INTO jobs (name, schedule, enabled) VALUES ($1, nullif($2, ''), $3) ON CONFLICT (name) DO NOTHING
)sql";

constexpr const char* request_sql = R"sql(
    INSERT INTO job_runs (id, job, parameters, requested_by, correlation_id, scheduled_for)
    VALUES ($1, $2, $3::jsonb, $4, $5, $6::timestamptz)
    ON CONFLICT DO NOTHING
    RETURNING id, correlation_id
)sql";

constexpr const char* same_sql = R"sql(
    SELECT id, correlation_id FROM job_runs
    WHERE id = $1 OR (job = $2 AND parameters = $3::jsonb AND status = 'queued')
    ORDER BY id <> $1 LIMIT 1
)sql";

// leased_by stays when its holder vanishes and is empty when the run was given back.
constexpr const char* lease_sql = R"sql(
    UPDATE job_runs AS run
    SET interruptions = run.interruptions + (run.status = 'running' AND run.leased_by IS NOT NULL)::int,
        status = 'running', attempt = run.attempt + 1, started_at = coalesce(run.started_at, clock_timestamp()),
        leased_until = clock_timestamp() + $2::int * interval '1 second', leased_by = pg_backend_pid(),
        counters = coalesce(run.checkpoint_counters, '{}')
    WHERE id = $1 AND status IN ('queued', 'running') AND NOT lease_held(leased_until, leased_by)
      AND NOT EXISTS (SELECT FROM job_runs AS other
                      WHERE other.job = run.job AND other.status = 'running' AND other.id <> run.id)
    RETURNING job, parameters, requested_by, correlation_id, coalesce(checkpoint::text, ''),
              (SELECT coalesce(string_agg(key || '=' || value, E'\n'), '') FROM jsonb_each_text(counters)),
              attempt, interruptions
)sql";

constexpr const char* progress_sql = R"sql(
    UPDATE job_runs
    SET progress_done = $3::bigint, progress_total = $4::bigint, counters = $5::jsonb,
        leased_until = clock_timestamp() + $6::int * interval '1 second', leased_by = pg_backend_pid()
    WHERE id = $1 AND attempt = $2::int AND status = 'running'
    RETURNING cancel_requested
)sql";

constexpr const char* checkpoint_sql = R"sql(
    UPDATE job_runs
    SET checkpoint = $3::jsonb, checkpoint_counters = $4::jsonb, counters = $4::jsonb, progress_done = $5::bigint,
        progress_total = $6::bigint
    WHERE id = $1 AND attempt = $2::int AND status = 'running'
)sql";

constexpr const char* finish_sql = R"sql(
    UPDATE job_runs
    SET status = $3, error = nullif($4, ''), counters = $5::jsonb, progress_done = $6::bigint,
        progress_total = $7::bigint, finished_at = clock_timestamp(), leased_until = NULL, leased_by = NULL
    WHERE id = $1 AND attempt = $2::int AND status = 'running'
)sql";

constexpr const char* give_back_sql = R"sql(
    UPDATE job_runs SET leased_until = NULL, leased_by = NULL
    WHERE id = $1 AND attempt = $2::int AND status = 'running'
)sql";

constexpr const char* interrupt_sql = R"sql(
    UPDATE job_runs SET leased_until = NULL, error = $3
    WHERE id = $1 AND attempt = $2::int AND status = 'running'
)sql";

constexpr const char* cancel_sql = R"sql(
    UPDATE job_runs
    SET cancel_requested = true,
        status = CASE WHEN status = 'queued' THEN 'cancelled' ELSE status END,
        finished_at = CASE WHEN status = 'queued' THEN clock_timestamp() END
    WHERE id = $1 AND status IN ('queued', 'running')
)sql";

// What waits behind another run of its job is not due before that one ends.
constexpr const char* due_sql = R"sql(
    SELECT id, correlation_id FROM job_runs AS run
    WHERE job = ANY ($1::text[]) AND status IN ('queued', 'running') AND NOT lease_held(leased_until, leased_by)
      AND (status = 'running'
           OR (requested_at < now() - $2::int * interval '1 second'
               AND NOT EXISTS (SELECT FROM job_runs AS other WHERE other.job = run.job AND other.status = 'running')))
    ORDER BY requested_at LIMIT $3::int
)sql";

constexpr const char* forget_sql = R"sql(
    DELETE FROM job_runs
    WHERE id IN (SELECT id FROM job_runs WHERE finished_at < $1 AND status NOT IN ('queued', 'running')
                 LIMIT $2::int)
)sql";

std::string_view to_string(JobEnd end) noexcept
{
    switch (end) {
    case JobEnd::succeeded:
        return "succeeded";
    case JobEnd::failed:
        return "failed";
    case JobEnd::cancelled:
        return "cancelled";
    }
    return "failed";
}

std::optional<std::string> total_of(const JobProgress& progress)
{
    return progress.total ? std::optional{std::to_string(*progress.total)} : std::nullopt;
}

Error unknown_job(std::string_view name)
{
    std::string known;
    for (const JobDefinition& job : all_jobs())
        known += (known.empty() ? "" : ", ") + std::string{job.name};
    return Error{ErrorKind::not_found, fmt::format("there is no job \"{}\": there are {}", name, known), {}};
}

} // namespace

Result<RequestedRun> request_job_run(postgres::Connection& connection, const NewJobRun& run)
{
    const JobDefinition* job = find_job(run.job);
    if (job == nullptr)
        return unknown_job(run.job);
    const auto parameters = JsonDocument::parse(run.parameters);
    if (!parameters || !parameters->root().is_object())
        return Error{ErrorKind::invalid_input, "the parameters are no JSON object", {}};
    const std::string id = run.id.empty() ? new_uuid() : run.id;
    connection.execute(ensure_job_sql, {job->name, job->schedule, job->enabled});
    const auto made = connection.execute(
        request_sql,
        {id, job->name, run.parameters, run.requested_by, run.correlation_id.empty() ? id : run.correlation_id,
         run.scheduled_for ? std::optional{to_iso8601(*run.scheduled_for)} : std::nullopt});
    if (!made.empty())
        return RequestedRun{made.text(0, 0), made.text(0, 1), true};
    const auto same = connection.execute(same_sql, {id, job->name, run.parameters});
    if (same.empty())
        // It waited a moment ago and has been taken since.
        return request_job_run(connection, run);
    return RequestedRun{same.text(0, 0), same.text(0, 1), false};
}

std::optional<JobLease> lease_job_run(postgres::Connection& connection, const std::string& run_id,
                                      std::chrono::seconds duration)
{
    try {
        const auto rows = connection.execute(lease_sql, {run_id, std::int64_t{duration.count()}});
        if (rows.empty())
            return std::nullopt;
        return JobLease{run_id,
                        rows.text(0, 0),
                        rows.text(0, 1),
                        rows.text(0, 2),
                        rows.text(0, 3),
                        rows.text(0, 4),
                        counters_from(rows.view(0, 5)),
                        static_cast<int>(rows.int64(0, 6)),
                        static_cast<int>(rows.int64(0, 7))};
    } catch (const postgres::Failure& failure) {
        // Another replica has just begun another run of the same job.
        if (failure.is_unique_violation())
            return std::nullopt;
        throw;
    }
}

JobLeaseState report_progress(postgres::Connection& connection, const JobLease& lease, const JobProgress& progress,
                              std::chrono::seconds duration)
{
    const auto rows =
        connection.execute(progress_sql, {lease.run_id, lease.attempt, progress.done, total_of(progress),
                                          counters_text(progress.counters), std::int64_t{duration.count()}});
    if (rows.empty())
        return JobLeaseState::lost;
    return rows.boolean(0, 0) ? JobLeaseState::cancel_requested : JobLeaseState::held;
}

void save_checkpoint(postgres::Connection& connection, const JobLease& lease, std::string_view checkpoint,
                     const JobProgress& progress)
{
    const auto rows =
        connection.execute(checkpoint_sql, {lease.run_id, lease.attempt, checkpoint, counters_text(progress.counters),
                                            progress.done, total_of(progress)});
    if (rows.affected() == 0)
        throw LeaseLost{};
}

bool finish_job_run(postgres::Connection& connection, const JobLease& lease, JobEnd end, std::string_view error,
                    const JobProgress& progress)
{
    postgres::Transaction transaction{connection};
    const auto rows =
        connection.execute(finish_sql, {lease.run_id, lease.attempt, to_string(end), error,
                                        counters_text(progress.counters), progress.done, total_of(progress)});
    if (rows.affected() == 0)
        return false;
    append_completed_event(connection, lease, end, error, progress.counters);
    transaction.commit();
    return true;
}

void give_back_job_run(postgres::Connection& connection, const JobLease& lease)
{
    connection.execute(give_back_sql, {lease.run_id, lease.attempt});
}

void interrupt_job_run(postgres::Connection& connection, const JobLease& lease, std::string_view error)
{
    connection.execute(interrupt_sql, {lease.run_id, lease.attempt, error});
}

bool cancel_job_run(postgres::Connection& connection, const std::string& run_id)
{
    return connection.execute(cancel_sql, {run_id}).affected() > 0;
}

std::vector<DueRow> due_job_runs(postgres::Connection& connection, std::span<const std::string> jobs,
                                 std::chrono::seconds overdue, int most)
{
    postgres::TextArray names;
    for (const auto& job : jobs)
        names.add(std::string_view{job});
    const auto rows = connection.execute(due_sql, {names, std::int64_t{overdue.count()}, most});
    std::vector<DueRow> due;
    for (std::size_t i = 0; i < rows.size(); ++i)
        due.push_back(DueRow{rows.text(i, 0), rows.text(i, 1)});
    return due;
}

std::size_t forget_job_runs(postgres::Connection& connection, Time ended_before, int most)
{
    return connection.execute(forget_sql, {to_iso8601(ended_before), most}).affected();
}

} // namespace ciclo::model
