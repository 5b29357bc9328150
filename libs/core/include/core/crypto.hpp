#pragma once

#include <optional>
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

// Encrypts for keeping, with AES-256-GCM under a key made from `secret`; the result is binary. `unseal` answers nothing
// when the secret is another one or a bit has changed.
std::string seal(std::string_view secret, std::string_view plain);
std::optional<std::string> unseal(std::string_view secret, std::string_view sealed);

} // namespace ciclo
