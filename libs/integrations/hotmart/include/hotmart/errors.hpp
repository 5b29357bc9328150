#pragma once

#include "core/result.hpp"
#include "net/http_client.hpp"

namespace ciclo::hotmart {

// What an answer that is no 2xx means to us (developers.hotmart.com, "Errors").
//   unauthorized   401 and 403: the credentials, or what they may do
//   rate_limited   429; Hotmart names the wait in RateLimit-Reset
//   unavailable    5xx: again later. 502 also means that the range of dates was too long
//   not_found      404
//   invalid_input  400 and 422: asked in a way that Hotmart does not understand
Error classify(const net::HttpAnswer& answer);

} // namespace ciclo::hotmart
