#pragma once

#include "core/environment.hpp"
#include "core/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace ciclo::net {

struct Address {
    std::string host; // an IPv6 address without its brackets
    std::uint16_t port = 0;
};

// "127.0.0.1:8080", "localhost:0", "[::1]:8080". The error says what to write.
Result<Address> parse_address(std::string_view text);

std::string to_string(const Address& address);

// Reads a required variable; a wrong value becomes a fault of the environment.
Address required_address(Environment& environment, const std::string& name, std::string_view help);

} // namespace ciclo::net
