#pragma once

#include "core/result.hpp"
#include "net/http_client.hpp"

namespace ciclo::whatsapp {

// What a refused call that only reads means to us, by `error.code` (Meta: "base logic on code"; the HTTP status
// varies).
//   unauthorized   0, 3, 10, 190, 200 to 299, 131005, and any HTTP 401: the token, or what it may do
//   refused        368 and 131031 (account restricted), 33 and 100 (no such account, or the token does not see it)
//   rate_limited   4, 613, 80007, 80008: calls of the app or account used up; also HTTP 429
//   unavailable    1, 2, 131000, 131016, 133004, 131057, and any HTTP 5xx: again later
//   invalid_input  any other code
//   internal       an answer that is not Graph's: META_API_URL may be wrong
// The detail holds Meta's code, text and fbtrace_id, never the token.
Error classify(const net::HttpAnswer& answer);

} // namespace ciclo::whatsapp
