#pragma once

#include "call.hpp"

#include <initializer_list>
#include <string_view>
#include <utility>

namespace ciclo::admin {

// The audit event of what the caller did; ids only, and nothing about a student.
void note(Call& call, std::string_view type,
          std::initializer_list<std::pair<std::string_view, std::string_view>> members);

} // namespace ciclo::admin
