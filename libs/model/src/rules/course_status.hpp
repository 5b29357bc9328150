#pragma once

#include "model/rules/projection.hpp"
#include "rules/fact_list.hpp"

#include <vector>

namespace ciclo::model {

struct CourseStatusHistory {
    std::vector<CourseStatusVersion> versions;
    bool has_returned = false;      // after a time without access to anything
    std::optional<Time> changes_at; // when time alone will add a version before the latest fact
};

// The status of every course through time, as if each fact had arrived when it happened. So the history,
// too, depends only on the facts.
CourseStatusHistory course_status_history(const FactList& facts, const Catalogue& catalogue, const Policy& policy,
                                          Time now);

} // namespace ciclo::model
