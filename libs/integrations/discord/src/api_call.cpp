#include "api_call.hpp"

#include "discord/errors.hpp"
#include "discord/user_agent.hpp"
#include "net/url.hpp"

#include <fmt/core.h>

#include <thread>

namespace ciclo::discord {

Result<net::HttpAnswer> call_api(net::HttpClient& http, const Settings& settings, RateLimits& limits, ApiCall call)
{
    using Clock = std::chrono::steady_clock;
    const auto patience = Clock::now() + call.longest_wait;
    for (;;) {
        const auto wait = limits.reserve(call.route);
        if (wait.count() == 0)
            break;
        if (Clock::now() + wait > patience)
            return Error{ErrorKind::rate_limited, "waiting for Discord's rate limit", wait};
        std::this_thread::sleep_for(wait);
    }
    net::HttpCall request{call.route.name.substr(0, call.route.name.find(' ')), settings.api_url + call.path};
    request.headers = {{"Authorization", "Bot " + settings.bot_token}, {"User-Agent", std::string{user_agent}}};
    if (!call.body.empty())
        request.headers.push_back({"Content-Type", "application/json"});
    if (!call.reason.empty())
        request.headers.push_back({"X-Audit-Log-Reason", net::percent_encoded(call.reason)});
    request.body = std::move(call.body);
    auto answer = http.send(request);
    if (!answer) {
        limits.no_answer(call.route);
        return answer;
    }
    limits.learn(call.route, *answer);
    if (answer->status / 100 != 2)
        return classify(*answer);
    return answer;
}

Error not_understood(std::string_view what)
{
    return Error{ErrorKind::internal, fmt::format("Discord's answer is not {}", what), {}};
}

} // namespace ciclo::discord
