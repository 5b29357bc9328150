#pragma once

#include "core/result.hpp"
#include "core/time.hpp"
#include "model/stores/due_work.hpp"
#include "postgres/connection.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

// The runs of the jobs, from the request to the end: table job_runs.
namespace ciclo::model {

struct NewJobRun {
    std::string job;
    std::string parameters = "{}"; // JSON object
    std::string requested_by;      // "schedule", "queue", "cli", or the id of a user
    std::string id{};              // empty: a new one. With the id of an earlier request nothing new is made
    std::string correlation_id{};  // empty: the run's own id
    std::optional<Time> scheduled_for{};
};

struct RequestedRun {
    std::string id;
    std::string correlation_id;
    bool is_new; // false: the same run was waiting already, or this very request was heard before
};

// not_found names the jobs there are; invalid_input when the parameters are no object.
Result<RequestedRun> request_job_run(postgres::Connection& connection, const NewJobRun& run);

using Counters = std::map<std::string, std::int64_t, std::less<>>;

struct JobProgress {
    std::int64_t done = 0;
    std::optional<std::int64_t> total;
    Counters counters;
};

struct JobLease {
    std::string run_id;
    std::string job;
    std::string parameters; // JSON object
    std::string requested_by;
    std::string correlation_id;
    std::string checkpoint; // JSON of the last attempt; empty: from the start
    Counters counters;      // as of the checkpoint
    int attempt;            // whoever holds an earlier one can write nothing any more
    int interruptions;      // holders that vanished before
};

// Takes a run that waits, or whose holder is gone, for `duration`. Nothing when somebody has it, it is over, or
// another run of the same job is under way.
std::optional<JobLease> lease_job_run(postgres::Connection& connection, const std::string& run_id,
                                      std::chrono::seconds duration);

enum class JobLeaseState { held, cancel_requested, lost };

// Shows how far it has come, and keeps the lease for the connection that says so.
JobLeaseState report_progress(postgres::Connection& connection, const JobLease& lease, const JobProgress& progress,
                              std::chrono::seconds duration);

// Somebody else has the run by now, or it was ended: what this holder does must not be committed.
class LeaseLost : public std::runtime_error {
public:
    LeaseLost() : std::runtime_error{"the run was taken over or ended by somebody else"} {}
};

// Where the next attempt would go on, with what was counted up to here. In the transaction of the work it stands
// for, so that nothing is counted twice. Throws LeaseLost.
void save_checkpoint(postgres::Connection& connection, const JobLease& lease, std::string_view checkpoint,
                     const JobProgress& progress);

enum class JobEnd { succeeded, failed, cancelled };

// Ends the run and writes the audit event of the job with the counters. False when the lease was lost.
bool finish_job_run(postgres::Connection& connection, const JobLease& lease, JobEnd end, std::string_view error,
                    const JobProgress& progress);

// For whoever comes next, from the last checkpoint: this process is stopping.
void give_back_job_run(postgres::Connection& connection, const JobLease& lease);

// The same after a trouble that may pass; counts as an interruption, so that it does not go on for ever.
void interrupt_job_run(postgres::Connection& connection, const JobLease& lease, std::string_view error);

// What waits is cancelled at once, what runs is asked to stop. False when it is over already or unknown.
bool cancel_job_run(postgres::Connection& connection, const std::string& run_id);

// Runs of these jobs that nobody works on: requested longer than `overdue` ago, or left by their holder.
std::vector<DueRow> due_job_runs(postgres::Connection& connection, std::span<const std::string> jobs,
                                 std::chrono::seconds overdue, int most);

// Ended runs that nobody will ask about any more, at most `most`. Answers how many went.
std::size_t forget_job_runs(postgres::Connection& connection, Time ended_before, int most);

} // namespace ciclo::model
