#pragma once

#include "model/rules/fact.hpp"
#include "postgres/connection.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Who is who. A student is everybody that e-mail addresses, subscriber codes and transactions tie
// together; a phone never does.
namespace ciclo::model {

// As stored now; the fold compares with it.
struct StoredStudent {
    std::string id;
    std::string email;
    std::string name;
    std::string phone;
    std::string lifecycle;
    std::string discord_id;
    bool is_new = false; // not stored yet
};

struct FoundStudents {
    std::vector<StoredStudent> of_fact;      // one for each fact, in the same order
    std::vector<StoredStudent> also_changed; // lost facts to one of those: fold them, too
};

// Finds the student of each fact, or makes a new one. When a fact shows that two students are one
// person, they become one: the older record stays and takes over the other's facts. Takes the lock of
// every identity and student concerned, so that workers that meet the same student work one after the
// other. Must run inside a transaction; the locks last as long as it.
FoundStudents find_students(postgres::Connection& connection, std::span<const Fact> facts);

// Whoever was ever named by this address, in whatever case it is written.
std::optional<std::string> find_student_id(postgres::Connection& connection, std::string_view email);

// Locks and reads students by id, for a fold that no new fact asked for. Whoever was merged into another one
// meanwhile is left out: the merge folded that one.
std::vector<StoredStudent> lock_students(postgres::Connection& connection, std::span<const std::string> user_ids);

} // namespace ciclo::model
