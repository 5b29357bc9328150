#pragma once

#include "model/stores/job_run_store.hpp"

// How counters are stored, and the audit event that tells them.
namespace ciclo::model {

std::string counters_text(const Counters& counters); // JSON object
Counters counters_from(std::string_view lines);      // "name=number", one a line

// Nothing for a job that runs every few minutes and had nothing to do.
void append_completed_event(postgres::Connection& connection, const JobLease& lease, JobEnd end, std::string_view error,
                            const Counters& counters);

} // namespace ciclo::model
