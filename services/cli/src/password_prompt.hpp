#pragma once

#include <string>

namespace ciclo::cli {

// The first line of standard input; asked for without echo, twice, when that is a terminal. UsageError when the
// password is too short or too long.
std::string read_password();

} // namespace ciclo::cli
