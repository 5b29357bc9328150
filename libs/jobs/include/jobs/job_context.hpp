#pragma once

#include "core/result.hpp"
#include "model/stores/job_run_store.hpp"
#include "postgres/connection.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>

namespace ciclo::jobs {

// Thrown by JobContext::pause_point() when the run has to stop here. Bodies let it pass.
class JobStopped : public std::runtime_error {
public:
    JobStopped() : std::runtime_error{"the job was asked to stop"} {}
};

// What the body of a job gets. A body goes on from checkpoint() and works in units:
//
//     std::string after = context.checkpoint() ...;
//     while (...) {
//         context.pause_point();
//         postgres::Transaction transaction{context.connection()};
//         ...one page of work...
//         context.count("updated", page.size());
//         context.progress(done, total);
//         context.save(checkpoint);        // JSON; commits or vanishes together with the work
//         transaction.commit();
//     }
//
// so that a run that is killed anywhere ends with the same result and the same counters as one that is not. What was
// counted after the last save() is forgotten with the process. All methods are for the body's thread.
class JobContext {
public:
    JobContext(postgres::Connection& connection, const model::JobLease& lease, std::stop_token stopping);

    postgres::Connection& connection() const noexcept { return connection_; } // the body's own

    const std::string& run_id() const noexcept { return lease_.run_id; }
    const std::string& correlation_id() const noexcept { return lease_.correlation_id; }
    const std::string& parameters() const noexcept { return lease_.parameters; } // JSON object
    std::string parameter(std::string_view name) const;                          // empty when not given

    // So many may lose something in this run: a person has allowed it (`--approve N`).
    std::size_t approved_people() const;

    // What the last attempt saved, as PostgreSQL writes JSON; empty at the start.
    const std::string& checkpoint() const noexcept { return lease_.checkpoint; }
    // A text member of that; empty when there is none.
    std::string checkpoint_member(std::string_view name) const;
    std::int64_t checkpoint_number(std::string_view name) const; // 0 when there is none

    // A total that is not known yet is left out.
    void progress(std::int64_t done, std::optional<std::int64_t> total = std::nullopt);
    // Counters show with zero once they are named: count("errors", 0).
    void count(std::string_view counter, std::int64_t by = 1);
    // Throws model::LeaseLost when somebody else has taken the run over.
    void save(std::string_view checkpoint);

    // Between two units of work: throws JobStopped when the process stops, or the run was cancelled or lost.
    void pause_point() const;
    const std::stop_token& stopping() const noexcept { return stopping_; }

    // From any thread.
    model::JobProgress snapshot() const;

private:
    postgres::Connection& connection_;
    const model::JobLease& lease_;
    std::stop_token stopping_;
    mutable std::mutex mutex_;
    model::JobProgress progress_;
};

// An Error fails the run, and shows. postgres::Failure that may pass (server away, deadlock) lets another attempt go
// on from the checkpoint; any other exception fails the run.
using JobBody = std::function<Result<void>(JobContext&)>;

} // namespace ciclo::jobs
