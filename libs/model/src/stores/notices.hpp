#pragma once

#include "model/rules/projection.hpp"
#include "model/stores/message_store.hpp"
#include "model/stores/projection_store.hpp"

#include <map>
#include <string>
#include <vector>

// What the team is told about a student: rows of table messages, one for each cause.
namespace ciclo::model {

struct StoredEnrollment {
    EnrollmentStatus status;
    Time access_since;
};
using StoredAccess = std::map<std::string, StoredEnrollment>; // by product

bool had_access(const StoredAccess& before, const std::string& product_id);

// New and ended access, and changes of plan, when they are news: what happened long ago (a replay, an
// import) tells nobody anything.
void add_notices(std::vector<NewMessage>& notices, const StudentToFold& student, const StudentView& view,
                 const StoredAccess& before, const Catalogue& catalogue, Time now);

postgres::Statement queue_notices(const std::vector<NewMessage>& notices);

} // namespace ciclo::model
