#pragma once

#include "core/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace ciclo::net {

struct Url {
    std::string scheme; // "http" or "https"
    std::string host;   // lower case; an IPv6 address without its brackets
    std::uint16_t port = 0;
    std::string target; // path and query, at least "/"; the fragment is dropped

    std::string host_header() const; // with brackets and port where they are needed
    std::string origin() const;      // "https://example.com:443"
};

// Absolute http and https URLs without user information. The error does not repeat the URL, which may
// hold a secret.
Result<Url> parse_url(std::string_view text);

// For one path segment or query value: everything but RFC 3986's unreserved characters.
std::string percent_encoded(std::string_view text);

// Leaves a '%' alone that is not followed by two hexadecimal digits.
std::string percent_decoded(std::string_view text);

} // namespace ciclo::net
