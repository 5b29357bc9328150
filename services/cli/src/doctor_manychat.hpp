#pragma once

#include "core/environment.hpp"
#include "doctor_report.hpp"
#include "postgres/connection.hpp"

namespace ciclo::cli {

// Is the token accepted, and is the page set up for what we want? Reads only. Without a connection only the token is
// tested.
void check_manychat(Report& report, Environment& environment, postgres::Connection* connection);

} // namespace ciclo::cli
