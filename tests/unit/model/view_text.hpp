#pragma once

#include "model/rules/projection.hpp"

#include <string>

namespace ciclo::testing {

// Every field of a view, one line for each thing: two views are equal when their texts are, and a
// difference can be read in the test's output.
std::string view_text(const model::StudentView& view);

} // namespace ciclo::testing
