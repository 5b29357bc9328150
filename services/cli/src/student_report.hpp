#pragma once

#include "postgres/connection.hpp"

#include <string>

namespace ciclo::cli {

// Is everything that was wanted for this student done, or given up?
bool is_settled(postgres::Connection& connection, const std::string& user_id);

// What became of the student, in a few lines for people: state, access, Discord, messages, and the
// timeline with the time since the first purchase was received.
std::string student_report(postgres::Connection& connection, const std::string& user_id);

} // namespace ciclo::cli
