#pragma once

#include "model/stores/message_store.hpp"
#include "model/stores/projection_store.hpp"
#include "stores/notices.hpp"

#include <vector>

namespace ciclo::model {

// The flows that access rules start when access to a product begins: messages, one for each beginning. What began
// long ago (a replay, an import) starts nothing, unless somebody has just extended the rule to present students.
void add_access_flows(std::vector<NewMessage>& messages, const StudentToFold& student, const StudentView& view,
                      const StoredAccess& before, const Catalogue& catalogue, Time now);

} // namespace ciclo::model
