#pragma once

#include "postgres/connection.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ciclo::postgres {

// One numbered, forward-only change of the schema. Never edited once it has been applied anywhere.
struct Migration {
    int version;
    std::string_view name;
    std::string_view sql;
};

// Applies what is missing, each in a transaction of its own, under a lock that other migrating
// processes wait for. Answers the names applied. Throws when an applied migration differs from ours.
std::vector<std::string> migrate(Connection& connection, std::span<const Migration> migrations);

// Names of the migrations not applied yet; reads only.
std::vector<std::string> missing_migrations(Connection& connection, std::span<const Migration> migrations);

} // namespace ciclo::postgres
