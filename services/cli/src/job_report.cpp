#include "job_report.hpp"

#include <fmt/core.h>

namespace ciclo::cli {

namespace {

std::string or_dash(const std::string& text)
{
    return text.empty() ? "-" : text;
}

std::string progress_of(const model::JobRunView& run)
{
    return run.total ? fmt::format("{}/{}", run.done, *run.total) : fmt::format("{}", run.done);
}

} // namespace

std::string job_run_state(const model::JobRunView& run)
{
    if (run.status == "queued")
        return "queued";
    if (run.status == "running" && !run.is_held)
        return "waits to go on";
    if (run.status == "running" && run.cancel_requested)
        return "is stopping";
    return run.status;
}

std::string job_table(const std::vector<model::JobView>& jobs)
{
    std::string text = fmt::format("{:<28} {:<14} {:<21} {:<15} {:<21} {}\n", "job", "schedule (UTC)", "next run",
                                   "last run", "at", "progress");
    for (const auto& job : jobs) {
        const std::string schedule = job.schedule.empty() ? "by hand" : job.schedule;
        text += fmt::format("{:<28} {:<14} {:<21} ", job.name, schedule,
                            job.enabled ? or_dash(job.next_run_at) : "switched off");
        if (job.last_run)
            text += fmt::format("{:<15} {:<21} {}\n", job_run_state(*job.last_run), job.last_run->requested_at,
                                progress_of(*job.last_run));
        else
            text += "-\n";
    }
    return text;
}

std::string job_run_line(const model::JobRunView& run)
{
    return fmt::format("{}  {:<28} {:<15} {}  {}  {}{}", run.id, run.job, job_run_state(run), run.requested_at,
                       progress_of(run), run.counters, run.error.empty() ? "" : "  " + run.error);
}

std::string job_run_report(const model::JobRunView& run)
{
    std::string text;
    const auto line = [&text](std::string_view name, const std::string& value) {
        if (!value.empty())
            text += fmt::format("{:<15} {}\n", name, value);
    };
    line("run", run.id);
    line("job", run.job);
    line("parameters", run.parameters == "{}" ? "" : run.parameters);
    line("status", job_run_state(run));
    line("progress", progress_of(run));
    line("counters", run.counters);
    line("error", run.error);
    line("requested by", run.requested_by);
    line("requested at", run.requested_at);
    line("started at", run.started_at);
    line("finished at", run.finished_at);
    line("duration", run.started_at.empty() ? "" : fmt::format("{} s", run.seconds));
    line("interruptions", run.interruptions == 0 ? "" : fmt::format("{}", run.interruptions));
    line("correlation id", run.correlation_id);
    return text;
}

} // namespace ciclo::cli
