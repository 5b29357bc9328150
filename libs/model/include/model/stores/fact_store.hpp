#pragma once

#include "model/rules/fact.hpp"
#include "postgres/connection.hpp"

#include <map>
#include <span>
#include <string>
#include <vector>

// What happened to each student: table facts.
namespace ciclo::model {

struct OwnedFact {
    std::string user_id;
    Fact fact;
};

postgres::Statement select_facts(const postgres::UuidArray& user_ids);
std::map<std::string, std::vector<Fact>> read_facts(const postgres::Rows& rows); // by user

// Those that are not there yet, each once.
std::vector<Fact> facts_not_stored(postgres::Connection& connection, std::span<const Fact> facts);

// A fact that is already there is left as it is.
postgres::Statement insert_facts(std::span<const OwnedFact> facts);

} // namespace ciclo::model
