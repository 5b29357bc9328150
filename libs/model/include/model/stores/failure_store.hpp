#pragma once

#include "postgres/connection.hpp"

#include <cstddef>
#include <string>
#include <vector>

// What was given up and waits for a person, over all kinds of work.
namespace ciclo::model {

struct PendingFailure {
    std::string kind;       // "event", "discord", "email", "job" ...
    std::string id;         // of the event, the user, the message, or the job's run
    std::string status;     // "failed", "unprocessed", "unknown"
    std::string since;      // ISO 8601
    std::string error;      // why, and what to do
    std::string job{};      // of a run: its name
    bool is_braked = false; // of a run: it would have taken access from too many, and waits for somebody to allow that
};

// Oldest first, at most a thousand. Of the runs of a job only the last that ended, if it failed.
std::vector<PendingFailure> list_failures(postgres::Connection& connection);

// Makes one (or, with an empty id, every) failure due again and notes that in the audit log. Messages whose
// outcome is unknown are repeated only when named; a job is asked for anew (see job_run_store.hpp). Answers how many.
std::size_t retry_failures(postgres::Connection& connection, const std::string& id);

} // namespace ciclo::model
