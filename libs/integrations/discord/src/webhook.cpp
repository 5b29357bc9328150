#include "discord/webhook.hpp"

#include "core/json.hpp"
#include "discord/errors.hpp"
#include "discord/user_agent.hpp"
#include "message_body.hpp"

namespace ciclo::discord {

Result<std::string> execute_webhook(net::HttpClient& http, const std::string& url, std::string_view content)
{
    net::HttpCall call{"POST", url + "?wait=true"};
    call.headers = {{"Content-Type", "application/json"}, {"User-Agent", std::string{user_agent}}};
    call.body = message_body(content);
    const auto answer = http.send(call);
    if (!answer)
        return answer.error();
    if (answer->status / 100 != 2)
        return classify(*answer);
    const auto document = JsonDocument::parse(answer->body);
    return document ? document->root()["id"].text() : std::string{};
}

Result<std::string> webhook_channel(net::HttpClient& http, const std::string& url)
{
    net::HttpCall call{"GET", url};
    call.headers = {{"User-Agent", std::string{user_agent}}};
    const auto answer = http.send(call);
    if (!answer)
        return answer.error();
    if (answer->status / 100 != 2)
        return classify(*answer);
    const auto document = JsonDocument::parse(answer->body);
    return document ? document->root()["channel_id"].text() : std::string{};
}

} // namespace ciclo::discord
