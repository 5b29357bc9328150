#include "discord/webhook.hpp"

#include "api_call.hpp"
#include "core/crypto.hpp"
#include "core/json.hpp"
#include "discord/user_agent.hpp"
#include "message_body.hpp"

namespace ciclo::discord {

Route webhook_route(std::string_view method, std::string_view url)
{
    const auto path = url.substr(0, url.find_first_of("?#"));
    const auto token_at = path.rfind('/') + 1; // 0 when there is none
    const auto token = path.substr(token_at);
    const auto before = path.substr(0, token_at == 0 ? 0 : token_at - 1);
    const auto id = before.substr(before.rfind('/') + 1);
    return {std::string{method} + " /webhooks/{webhook}/{token}",
            std::string{id} + "/" + sha256_hex(token).substr(0, 16)};
}

Result<std::string> execute_webhook(net::HttpClient& http, RateLimits& limits, const std::string& url,
                                    std::string_view content)
{
    net::HttpCall call{"POST", url + "?wait=true"};
    call.headers = {{"Content-Type", "application/json"}, {"User-Agent", std::string{user_agent}}};
    call.body = message_body(content);
    const auto answer = send_within(limits, webhook_route("POST", url), http, std::move(call));
    if (!answer)
        return answer.error();
    // It is posted, whatever the answer looks like.
    const auto document = JsonDocument::parse(answer->body);
    return document ? document->root()["id"].text() : std::string{};
}

Result<std::string> webhook_channel(net::HttpClient& http, RateLimits& limits, const std::string& url)
{
    net::HttpCall call{"GET", url};
    call.headers = {{"User-Agent", std::string{user_agent}}};
    const auto answer = send_within(limits, webhook_route("GET", url), http, std::move(call));
    if (!answer)
        return answer.error();
    const auto document = JsonDocument::parse(answer->body);
    return document ? document->root()["channel_id"].text() : std::string{};
}

} // namespace ciclo::discord
