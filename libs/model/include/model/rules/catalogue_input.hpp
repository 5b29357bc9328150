#pragma once

#include "core/result.hpp"

#include <string_view>

// What people may write into the catalogue.
namespace ciclo::model {

// invalid_input says what to write instead.
Result<void> check_identifier(std::string_view kind, std::string_view value);
Result<void> check_access_rule(std::string_view kind, std::string_view value);

} // namespace ciclo::model
