#pragma once

#include "core/result.hpp"
#include "net/http_client.hpp"

namespace ciclo::resend {

// What an answer that is no 2xx means to us (resend.com/docs, "Errors"). `name` decides first, the
// status second. The text masks what Resend quotes: its messages may hold addresses.
//   rate_limited     429 rate_limit_exceeded and concurrent requests with one key: again with the same key
//   unauthorized     keys, domains, quotas: stop sending, a person must act
//   duplicate        409 invalid_idempotent_request: this key was used with another body; maybe sent
//   invalid_input    the message itself is refused
//   unavailable      5xx: again with the same key
Error classify(const net::HttpAnswer& answer);

} // namespace ciclo::resend
