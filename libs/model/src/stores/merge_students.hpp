#pragma once

#include "postgres/connection.hpp"

#include <span>
#include <string>
#include <string_view>

namespace ciclo::model {

// Two records turned out to be one person. Everything that happened to `loser` happened to `survivor`;
// what had been derived for `loser` is dropped, since the survivor is folded again in this transaction.
void merge_students(postgres::Connection& connection, const std::string& survivor, const std::string& loser);

// A record to which rows can refer before the fold writes the rest.
void insert_student(postgres::Connection& connection, const std::string& id, std::string_view email);

// Facts that told no e-mail were kept under the stand-in address; now somebody is known by one of their
// other names ("code:...", "transaction:..."). Follows the names of the facts that it finds.
void adopt_facts(postgres::Connection& connection, const std::string& unknown, const std::string& student,
                 std::span<const std::string> keys);

} // namespace ciclo::model
