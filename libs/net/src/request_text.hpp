#pragma once

#include "net/http_client.hpp"
#include "net/url.hpp"

#include <string>

namespace ciclo::net {

// The bytes of a request. `invalid_input` when a method, name or value would break out of its place.
Result<std::string> request_text(const HttpCall& call, const Url& url);

} // namespace ciclo::net
