#pragma once

#include "model/stores/student_summary.hpp"

#include <string>

namespace ciclo::cli {

// A few lines for a terminal.
std::string student_report(const model::StudentSummary& student);

} // namespace ciclo::cli
