#pragma once

#include "core/result.hpp"

#include <string>
#include <string_view>
#include <utility>

// All messages of today are two ids. They share their code, not their types: each may grow on its own.
namespace ciclo::contracts {

struct NamedId {
    std::string_view name;
    std::string_view value;
};

// Throws std::invalid_argument naming the first id that is no UUID.
std::string encode_ids(const NamedId& first, const NamedId& second);

Result<std::pair<std::string, std::string>> decode_ids(std::string_view body, std::string_view first_name,
                                                       std::string_view second_name);

} // namespace ciclo::contracts
