#pragma once

#include "model/rules/fact.hpp"
#include "postgres/connection.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

// Facts that came by import instead of a webhook.
namespace ciclo::model {

struct Imported {
    std::size_t new_facts = 0;
    std::size_t new_students = 0;
    std::vector<std::string> user_ids; // to be folded: ring for them
};

// How many of these facts are not stored yet; writes nothing.
std::size_t count_new_facts(postgres::Connection& connection, std::span<const Fact> facts);

// Stores what is new and marks its students to be folded, inside the caller's transaction. A fact that is there already
// changes nothing.
Imported import_facts(postgres::Connection& connection, std::span<const Fact> facts, std::string_view correlation_id);

} // namespace ciclo::model
