#pragma once

#include "postgres/connection.hpp"

#include <optional>
#include <string>
#include <string_view>

// What operators change while the system runs: table settings.
namespace ciclo::model {

std::optional<std::string> find_setting(postgres::Connection& connection, std::string_view key);
void set_setting(postgres::Connection& connection, std::string_view key, std::string_view value);

} // namespace ciclo::model
