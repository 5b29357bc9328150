#pragma once

#include "model/rules/projection.hpp"
#include "rules/fact_list.hpp"

#include <vector>

namespace ciclo::model {

// The status of every course through time, as if each fact had arrived when it happened. So the history,
// too, depends only on the facts.
std::vector<CourseStatusVersion> course_status_history(const FactList& facts, const Catalogue& catalogue,
                                                       const Policy& policy, Time now);

} // namespace ciclo::model
