#pragma once

#include <optional>
#include <string_view>

namespace ciclo::net {

// The whole number, not below zero, that a header's value begins with: Retry-After, RateLimit-Remaining ...
std::optional<int> header_number(std::string_view value) noexcept;

} // namespace ciclo::net
