#pragma once

#include "net/http_message.hpp"

#include <string>
#include <string_view>

namespace ciclo::admin {

inline constexpr std::string_view session_cookie = "ciclo_session";

struct Credentials {
    std::string token; // empty: none was given
    bool from_cookie = false;
};

// The bearer token, or else the session cookie.
Credentials credentials_of(const net::HttpRequest& request);

// A browser sends the cookie also with what another site makes it ask for. What changes something therefore has to
// come from our own pages: the browser says so, or a header is there that a foreign page cannot set.
bool may_be_forged(const net::HttpRequest& request, const Credentials& credentials);

// The header that sets the cookie, or (with an empty token) ends it.
net::Header set_session_cookie(std::string_view token, bool secure);

} // namespace ciclo::admin
