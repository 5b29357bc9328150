#pragma once

#include "core/result.hpp"
#include "core/time.hpp"
#include "postgres/connection.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// When each job runs: table jobs.
namespace ciclo::model {

// Every job of the catalogue has a row afterwards; what operators have changed stays.
void ensure_jobs(postgres::Connection& connection);

// A moment of a job's schedule that has come.
struct DueJob {
    std::string name;
    Time scheduled_for;
};

// The enabled jobs whose next run has come by `now`, each once however many runs were missed. Their next run is moved
// on in the caller's transaction, which also requests the runs.
std::vector<DueJob> take_due_jobs(postgres::Connection& connection, Time now);

// From now on. An empty schedule: only by hand.
Result<void> set_job_schedule(postgres::Connection& connection, std::string_view name, std::string_view schedule,
                              Time now);
Result<void> set_job_enabled(postgres::Connection& connection, std::string_view name, bool enabled, Time now);

} // namespace ciclo::model
