#include "model/stores/job_run_reader.hpp"

namespace ciclo::model {

namespace {

#define JOB_RUN_COLUMNS                                                                                                \
    "run.id, run.job, run.parameters, run.status, lease_held(run.leased_until, run.leased_by), run.cancel_requested, " \
    "run.requested_by, run.correlation_id, "                                                                           \
    "to_char(run.requested_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), "                                 \
    "to_char(run.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), "                                   \
    "to_char(run.finished_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), "                                  \
    "coalesce(extract(epoch FROM coalesce(run.finished_at, now()) - run.started_at), 0)::bigint, "                     \
    "run.progress_done, run.progress_total, run.counters, run.error, run.interruptions"

constexpr const char* find_sql = "SELECT " JOB_RUN_COLUMNS " FROM job_runs AS run WHERE id = $1";

constexpr const char* list_sql = "SELECT " JOB_RUN_COLUMNS R"sql(
    FROM job_runs AS run WHERE $1 = '' OR job = $1
    ORDER BY requested_at DESC, id DESC LIMIT $2::int
)sql";

constexpr const char* jobs_sql = "SELECT " JOB_RUN_COLUMNS R"sql(,
           jobs.name, coalesce(schedule, ''), enabled,
           to_char(next_run_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
    FROM jobs LEFT JOIN LATERAL (SELECT * FROM job_runs WHERE job = jobs.name
                                 ORDER BY (status = 'running') DESC, requested_at DESC LIMIT 1) AS run ON true
    ORDER BY jobs.name
)sql";

constexpr int first_own_column = 17;

#undef JOB_RUN_COLUMNS

JobRunView read_run(const postgres::Rows& rows, std::size_t row)
{
    JobRunView run;
    run.id = rows.text(row, 0);
    run.job = rows.text(row, 1);
    run.parameters = rows.text(row, 2);
    run.status = rows.text(row, 3);
    run.is_held = rows.boolean(row, 4);
    run.cancel_requested = rows.boolean(row, 5);
    run.requested_by = rows.text(row, 6);
    run.correlation_id = rows.text(row, 7);
    run.requested_at = rows.text(row, 8);
    run.started_at = rows.text(row, 9);
    run.finished_at = rows.text(row, 10);
    run.seconds = rows.int64(row, 11);
    run.done = rows.int64(row, 12);
    if (!rows.is_null(row, 13))
        run.total = rows.int64(row, 13);
    run.counters = rows.text(row, 14);
    run.error = rows.text(row, 15);
    run.interruptions = static_cast<int>(rows.int64(row, 16));
    return run;
}

} // namespace

std::optional<JobRunView> find_job_run(postgres::Connection& connection, const std::string& run_id)
{
    const auto rows = connection.execute(find_sql, {run_id});
    return rows.empty() ? std::nullopt : std::optional{read_run(rows, 0)};
}

std::vector<JobRunView> list_job_runs(postgres::Connection& connection, std::string_view job, int most)
{
    const auto rows = connection.execute(list_sql, {job, most});
    std::vector<JobRunView> runs;
    for (std::size_t i = 0; i < rows.size(); ++i)
        runs.push_back(read_run(rows, i));
    return runs;
}

std::vector<JobView> list_jobs(postgres::Connection& connection)
{
    const auto rows = connection.execute(jobs_sql);
    std::vector<JobView> jobs;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        JobView job{rows.text(i, first_own_column), rows.text(i, first_own_column + 1),
                    rows.boolean(i, first_own_column + 2), rows.text(i, first_own_column + 3), std::nullopt};
        if (!rows.is_null(i, 0))
            job.last_run = read_run(rows, i);
        jobs.push_back(std::move(job));
    }
    return jobs;
}

} // namespace ciclo::model
