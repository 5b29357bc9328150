#pragma once

#include "model/stores/job_run_reader.hpp"

#include <string>
#include <vector>

// Jobs and runs as text for a terminal.
namespace ciclo::cli {

std::string job_table(const std::vector<model::JobView>& jobs);
std::string job_run_line(const model::JobRunView& run);
std::string job_run_report(const model::JobRunView& run);

// "running", but also "waits for a worker" when nobody holds it.
std::string job_run_state(const model::JobRunView& run);

} // namespace ciclo::cli
