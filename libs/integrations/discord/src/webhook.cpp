#include "discord/webhook.hpp"

#include "core/json.hpp"
#include "core/json_writer.hpp"
#include "core/text.hpp"
#include "discord/errors.hpp"
#include "discord/user_agent.hpp"

namespace ciclo::discord {

namespace {

constexpr std::size_t most_bytes = 1990; // 2000 characters, and the cut must not split one

std::string bounded(std::string_view content)
{
    if (content.size() <= most_bytes)
        return std::string{content};
    auto end = most_bytes;
    while (end > 0 && (static_cast<unsigned char>(content[end]) & 0xc0) == 0x80)
        --end;
    return std::string{content.substr(0, end)} + "…";
}

} // namespace

Result<std::string> execute_webhook(net::HttpClient& http, const std::string& url, std::string_view content)
{
    JsonWriter body;
    body.begin_object().member("content", bounded(content));
    body.key("allowed_mentions").begin_object().key("parse").begin_array().end_array().end_object();
    body.end_object();
    net::HttpCall call{"POST", url + "?wait=true"};
    call.headers = {{"Content-Type", "application/json"}, {"User-Agent", std::string{user_agent}}};
    call.body = std::string{body.text()};
    const auto answer = http.send(call);
    if (!answer)
        return answer.error();
    if (answer->status / 100 != 2)
        return classify(*answer);
    const auto document = JsonDocument::parse(answer->body);
    return document ? document->root()["id"].text() : std::string{};
}

} // namespace ciclo::discord
