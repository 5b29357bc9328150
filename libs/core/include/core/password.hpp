#pragma once

#include <string>
#include <string_view>

// Passwords as they are kept: scrypt (RFC 7914) with its cost and salt, "scrypt$15$8$3$<salt>$<key>", so that the cost
// can be raised later without forgetting anybody. One takes 32 MB and a good part of a second.
namespace ciclo {

std::string hash_password(std::string_view password);

// False also for a hash that cannot be read or whose cost is beyond what we would ever have written.
bool is_password(std::string_view password, std::string_view hash);

} // namespace ciclo
