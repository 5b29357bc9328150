#pragma once

#include "model/rules/projection.hpp"
#include "model/stores/projection_store.hpp"

#include <map>
#include <string>
#include <vector>

// What the team is told about a student: rows of table messages, one for each cause.
namespace ciclo::model {

using StoredAccess = std::map<std::string, EnrollmentStatus>; // by product

struct Notice {
    std::string cause_key;
    std::string template_name;
    std::string variables; // ids and names of products, no personal data
    Time use_by;
    std::string correlation_id;
};

// New and ended access, and changes of plan, when they are news: what happened long ago (a replay, an
// import) tells nobody anything.
void add_notices(std::vector<Notice>& notices, const StudentToFold& student, const StudentView& view,
                 const StoredAccess& before, const Catalogue& catalogue, Time now);

postgres::Statement queue_notices(const std::vector<Notice>& notices);

} // namespace ciclo::model
