#pragma once

#include <span>
#include <string>
#include <string_view>

namespace ciclo {

// From the system's generator; throws std::runtime_error when it has none to give.
void random_bytes(std::span<unsigned char> out);

// Same duration whatever the content; only the lengths may leak.
bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept;

// Lower-case hexadecimal.
std::string sha256_hex(std::string_view data);
std::string hmac_sha256_hex(std::string_view key, std::string_view data);

} // namespace ciclo
