#pragma once

#include "discord/client.hpp"
#include "discord/rate_limits.hpp"
#include "net/http_client.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace ciclo::discord {

constexpr std::chrono::milliseconds usual_wait{1000};

struct ApiCall {
    Route route;
    std::string path;                                   // below Settings::api_url
    std::string body{};                                 // JSON; empty: none
    std::string_view reason{};                          // for the guild's audit log
    std::chrono::milliseconds longest_wait{usual_wait}; // for a limit; longer: `rate_limited`, unsent
};

// One request with the bot's token, within the limits. Every answer that is no 2xx is an Error (see errors.hpp).
Result<net::HttpAnswer> call_api(net::HttpClient& http, const Settings& settings, RateLimits& limits, ApiCall call);

// The same for any request; each sending of it takes a place. `request.may_resend` is set here.
Result<net::HttpAnswer> send_within(RateLimits& limits, const Route& route, net::HttpClient& http,
                                    net::HttpCall request, std::chrono::milliseconds longest_wait = usual_wait);

Error not_understood(std::string_view what);

} // namespace ciclo::discord
