#include "api_call.hpp"

#include "discord/errors.hpp"
#include "discord/user_agent.hpp"
#include "net/url.hpp"

#include <fmt/core.h>

#include <thread>

namespace ciclo::discord {

namespace {

using Clock = std::chrono::steady_clock;

// Zero: a place is taken. Otherwise the wait that is longer than the caller's patience.
std::chrono::milliseconds take_place(RateLimits& limits, const Route& route, Clock::time_point patience)
{
    for (;;) {
        const auto wait = limits.reserve(route);
        if (wait.count() == 0 || Clock::now() + wait > patience)
            return wait;
        std::this_thread::sleep_for(wait);
    }
}

} // namespace

Result<net::HttpAnswer> send_within(RateLimits& limits, const Route& route, net::HttpClient& http,
                                    net::HttpCall request, std::chrono::milliseconds longest_wait)
{
    const auto patience = Clock::now() + longest_wait;
    if (const auto wait = take_place(limits, route, patience); wait.count() > 0)
        return Error{ErrorKind::rate_limited, "waiting for Discord's rate limit", wait};
    // Discord may have counted the first sending, so a second one needs a place of its own.
    request.may_resend = [&] {
        limits.no_answer(route);
        return take_place(limits, route, patience).count() == 0;
    };
    auto answer = http.send(request);
    if (!answer) {
        limits.no_answer(route);
        return answer;
    }
    limits.learn(route, *answer);
    if (answer->status / 100 != 2)
        return classify(*answer);
    return answer;
}

Result<net::HttpAnswer> call_api(net::HttpClient& http, const Settings& settings, RateLimits& limits, ApiCall call)
{
    net::HttpCall request{call.route.name.substr(0, call.route.name.find(' ')), settings.api_url + call.path};
    request.headers = {{"Authorization", "Bot " + settings.bot_token}, {"User-Agent", std::string{user_agent}}};
    if (!call.body.empty())
        request.headers.push_back({"Content-Type", "application/json"});
    if (!call.reason.empty())
        request.headers.push_back({"X-Audit-Log-Reason", net::percent_encoded(call.reason)});
    request.body = std::move(call.body);
    return send_within(limits, call.route, http, std::move(request), call.longest_wait);
}

Error not_understood(std::string_view what)
{
    return Error{ErrorKind::internal, fmt::format("Discord's answer is not {}", what), {}};
}

} // namespace ciclo::discord
