#pragma once

#include "core/result.hpp"
#include "discord/rate_limits.hpp"
#include "net/http_client.hpp"

#include <string>
#include <string_view>

namespace ciclo::discord {

// Posts plain text (at most 2000 characters; longer text is cut) to a channel through its webhook and
// waits until Discord has saved it. Mentions in the text have no effect. Answers the message's id.
// `url` is a secret: it is in no error text. `rate_limited`, unsent, when a limit would make it wait for more than
// a second.
Result<std::string> execute_webhook(net::HttpClient& http, RateLimits& limits, const std::string& url,
                                    std::string_view content);

// Does it still exist? Answers the id of its channel; posts nothing.
Result<std::string> webhook_channel(net::HttpClient& http, RateLimits& limits, const std::string& url);

// What the limits of a webhook are kept for: its id and token, the token as a hash, because routes are
// stored.
Route webhook_route(std::string_view method, std::string_view url);

} // namespace ciclo::discord
