#pragma once

#include "model/rules/fact.hpp"
#include "postgres/connection.hpp"

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Who is who: table users, and the subscriber codes of table subscriptions.
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

// Finds the student of each fact: by subscriber code where it is known, else by e-mail, else somebody
// new. Takes the lock of every identity named, in one order, so that two workers that meet the same
// student work one after the other. Must run inside a transaction; the locks last as long as it.
class StudentFinder {
public:
    explicit StudentFinder(postgres::Connection& connection) : connection_(connection) {}

    // One element for each fact, in the same order.
    std::vector<StoredStudent> find(std::span<const Fact> facts);

private:
    postgres::Connection& connection_;
};

// Locks and reads students by id, for a fold that no new fact asked for.
std::vector<StoredStudent> lock_students(postgres::Connection& connection, std::span<const std::string> user_ids);

} // namespace ciclo::model
