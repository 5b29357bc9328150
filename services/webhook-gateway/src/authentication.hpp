#pragma once

#include "net/http_message.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace ciclo::gateway {

// Is one of the accepted secrets in X-HOTMART-HOTTOK? Compared in constant time.
bool has_valid_hottok(const net::HttpRequest& request, const std::vector<std::string>& hottoks);

// HMAC-SHA256 of the raw body, in hexadecimal, in X-Hotmart-Signature ("sha256=" in front is allowed).
// Nothing official documents one; it is for installations that put a signing proxy in between.
bool has_valid_signature(const net::HttpRequest& request, std::string_view secret);

} // namespace ciclo::gateway
