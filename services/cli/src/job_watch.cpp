#include "job_watch.hpp"

#include "job_report.hpp"
#include "progress.hpp"

#include <fmt/core.h>

#include <chrono>
#include <thread>

namespace ciclo::cli {

int watch_job_run(postgres::Connection& connection, const std::string& run_id)
{
    auto run = model::find_job_run(connection, run_id);
    if (!run)
        return 1;
    Progress progress{run->job, 0};
    while (run && run->finished_at.empty()) {
        progress.show(static_cast<std::size_t>(run->done), static_cast<std::size_t>(run->total.value_or(0)));
        std::this_thread::sleep_for(std::chrono::milliseconds{200});
        run = model::find_job_run(connection, run_id);
    }
    if (!run)
        return 1;
    progress.show(static_cast<std::size_t>(run->done), static_cast<std::size_t>(run->total.value_or(run->done)));
    progress.finish();
    fmt::print("{}", job_run_report(*run));
    return run->status == "succeeded" ? 0 : 1;
}

} // namespace ciclo::cli
