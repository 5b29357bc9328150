#pragma once

#include "core/time.hpp"
#include "model/rules/catalogue.hpp"
#include "model/rules/projection.hpp"
#include "model/stores/fact_store.hpp"
#include "model/stores/student_store.hpp"
#include "postgres/connection.hpp"

#include <span>
#include <string>
#include <vector>

// Folds students' facts again and writes only what differs from the stored view.
namespace ciclo::model {

struct StudentToFold {
    StoredStudent stored;
    std::vector<Fact> new_facts; // stored in the same transaction
    std::string trigger;         // what made us look: an event type, "refold" ...
    std::string correlation_id;
};

struct FoldedStudent {
    std::string user_id;
    std::string correlation_id;
    StudentView view;
    bool discord_wanted = false; // a reconciliation became due: ring for it
    bool manychat_wanted = false;
};

// Runs inside the caller's transaction, which holds the students' locks. Each student at most once.
// `rows_written` counts what differed.
std::vector<FoldedStudent> fold_students(postgres::Connection& connection, std::span<const StudentToFold> students,
                                         const Catalogue& catalogue, const Policy& policy, Time now,
                                         std::size_t* rows_written = nullptr);

} // namespace ciclo::model
