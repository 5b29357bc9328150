#pragma once

#include "postgres/connection.hpp"

#include <string>

namespace ciclo::cli {

// Shows the run's progress until it ends, then its report. Answers 0 when it succeeded.
int watch_job_run(postgres::Connection& connection, const std::string& run_id);

} // namespace ciclo::cli
