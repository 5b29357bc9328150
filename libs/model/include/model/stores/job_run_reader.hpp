#pragma once

#include "postgres/connection.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Jobs and their runs as people look at them. Moments are ISO 8601 text, empty when there is none.
namespace ciclo::model {

struct JobRunView {
    std::string id;
    std::string job;
    std::string parameters; // JSON object
    std::string status;
    bool is_held = false; // somebody works on it just now
    bool cancel_requested = false;
    std::string requested_by;
    std::string correlation_id;
    std::string requested_at;
    std::string started_at;
    std::string finished_at;
    std::int64_t seconds = 0; // since the start, or until the end
    std::int64_t done = 0;
    std::optional<std::int64_t> total;
    std::string counters; // JSON object
    std::string error;
    int interruptions = 0;
};

std::optional<JobRunView> find_job_run(postgres::Connection& connection, const std::string& run_id);

// Newest first. `job` empty: of all jobs.
std::vector<JobRunView> list_job_runs(postgres::Connection& connection, std::string_view job, int most);

struct JobView {
    std::string name;
    std::string schedule; // empty: by hand
    bool enabled;
    std::string next_run_at;
    std::optional<JobRunView> last_run; // running, or the newest
};

std::vector<JobView> list_jobs(postgres::Connection& connection);

} // namespace ciclo::model
