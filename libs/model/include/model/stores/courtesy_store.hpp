#pragma once

#include "core/result.hpp"
#include "model/rules/courtesy.hpp"
#include "postgres/connection.hpp"

#include <span>
#include <string>
#include <vector>

namespace ciclo::model {

// Stores the facts, in one transaction with an audit event for each, and marks the students to be folded: ring for
// them. Only for students who are known already: their e-mail tells who they are.
std::vector<std::string> grant_courtesies(postgres::Connection& connection, std::span<const Courtesy> courtesies,
                                          Time now);

} // namespace ciclo::model
