#include "model/stores/job_store.hpp"

#include "model/rules/cron.hpp"
#include "model/rules/job_catalogue.hpp"

#include <fmt/core.h>

namespace ciclo::model {

namespace {

constexpr const char* ensure_sql = R"sql(
    INSERT INTO jobs (name, schedule, enabled)
    SELECT name, schedule, enabled::boolean FROM unnest($1::text[], $2::text[], $3::text[]) AS new (name, schedule, enabled)
    ON CONFLICT (name) DO NOTHING
)sql";

// Locked: should two schedulers ever work at the same time, each moment is still taken once.
constexpr const char* waiting_sql = R"sql(
    SELECT name, schedule, next_run_at FROM jobs
    WHERE enabled AND schedule IS NOT NULL AND (next_run_at IS NULL OR next_run_at <= $1)
    ORDER BY name FOR UPDATE
)sql";

constexpr const char* move_on_sql = R"sql(
    UPDATE jobs SET next_run_at = $2, last_run_at = coalesce($3::timestamptz, last_run_at) WHERE name = $1
)sql";

constexpr const char* schedule_sql = R"sql(
    UPDATE jobs SET schedule = nullif($2, ''), next_run_at = CASE WHEN enabled THEN $3::timestamptz END, updated_at = now()
    WHERE name = $1
)sql";

constexpr const char* read_schedule_sql = "SELECT coalesce(schedule, '') FROM jobs WHERE name = $1";
constexpr const char* enabled_sql = R"sql(
    UPDATE jobs SET enabled = $2, next_run_at = $3::timestamptz, updated_at = now() WHERE name = $1
)sql";

std::optional<std::string> text_of(std::optional<Time> time)
{
    return time ? std::optional{to_iso8601(*time)} : std::nullopt;
}

Result<std::optional<Time>> next_run(std::string_view schedule, Time now)
{
    if (schedule.empty())
        return std::optional<Time>{};
    const auto parsed = CronSchedule::parse(schedule);
    if (!parsed)
        return parsed.error();
    const auto next = parsed->next_after(now);
    if (!next)
        return Error{ErrorKind::invalid_input, fmt::format("\"{}\" never comes", schedule), {}};
    return next;
}

Error no_such_job(std::string_view name)
{
    return Error{ErrorKind::not_found, fmt::format("there is no job \"{}\"", name), {}};
}

} // namespace

void ensure_jobs(postgres::Connection& connection)
{
    postgres::TextArray names;
    postgres::TextArray schedules;
    postgres::TextArray enabled;
    for (const JobDefinition& job : all_jobs()) {
        names.add(job.name);
        schedules.add_or_null(job.schedule);
        enabled.add(job.enabled ? "true" : "false");
    }
    connection.execute(ensure_sql, {names, schedules, enabled});
}

std::vector<DueJob> take_due_jobs(postgres::Connection& connection, Time now)
{
    const auto rows = connection.execute(waiting_sql, {to_iso8601(now)});
    std::vector<DueJob> due;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto scheduled_for = time_from_text(rows.view(i, 2));
        if (scheduled_for && find_job(rows.view(i, 0)) != nullptr)
            due.push_back(DueJob{rows.text(i, 0), *scheduled_for});
        // A schedule that was written by hand and cannot be read or never comes keeps next_run_at empty.
        const auto next = next_run(rows.view(i, 1), now);
        connection.execute(move_on_sql,
                           {rows.text(i, 0), text_of(next ? *next : std::nullopt), text_of(scheduled_for)});
    }
    return due;
}

Result<void> set_job_schedule(postgres::Connection& connection, std::string_view name, std::string_view schedule,
                              Time now)
{
    const auto next = next_run(schedule, now);
    if (!next)
        return next.error();
    if (connection.execute(schedule_sql, {name, schedule, text_of(*next)}).affected() == 0)
        return no_such_job(name);
    return {};
}

Result<void> set_job_enabled(postgres::Connection& connection, std::string_view name, bool enabled, Time now)
{
    const auto rows = connection.execute(read_schedule_sql, {name});
    if (rows.empty())
        return no_such_job(name);
    const auto next = next_run(enabled ? rows.view(0, 0) : std::string_view{}, now);
    if (!next)
        return next.error();
    connection.execute(enabled_sql, {name, enabled, text_of(*next)});
    return {};
}

} // namespace ciclo::model
