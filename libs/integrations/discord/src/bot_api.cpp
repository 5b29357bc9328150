#include "discord/bot_api.hpp"

#include "api_call.hpp"
#include "core/json.hpp"
#include "core/json_writer.hpp"
#include "discord/errors.hpp"
#include "discord/user_agent.hpp"
#include "message_body.hpp"

#include <fmt/core.h>

namespace ciclo::discord {

namespace {

using namespace std::chrono_literals;

constexpr auto longest_wait = 2s;
constexpr int ephemeral = 64;

Result<net::HttpAnswer> reply(net::HttpClient& http, std::string method, std::string url, std::string body)
{
    net::HttpCall call{std::move(method), std::move(url)};
    call.headers = {{"Content-Type", "application/json"}, {"User-Agent", std::string{user_agent}}};
    call.body = std::move(body);
    call.timeout = 5s;
    return http.send(call);
}

} // namespace

BotApi::BotApi(Settings settings, RateLimits& limits) : settings_(std::move(settings)), limits_(limits) {}

Result<net::HttpAnswer> BotApi::call(const Route& route, const std::string& path, std::string body)
{
    return call_api(http_, settings_, limits_, {route, path, std::move(body), "", longest_wait});
}

Result<GatewayInfo> BotApi::gateway()
{
    const auto answer = call({"GET /gateway/bot", ""}, "/gateway/bot", "");
    if (!answer)
        return answer.error();
    const auto document = JsonDocument::parse(answer->body);
    if (!document || document->root()["url"].text().empty())
        return not_understood("the gateway's address");
    const JsonView limit = document->root()["session_start_limit"];
    // Without the limit there is nothing to keep to.
    return GatewayInfo{document->root()["url"].text(), static_cast<int>(limit["remaining"].integer().value_or(1000)),
                       std::chrono::milliseconds{limit["reset_after"].integer().value_or(0)}};
}

Result<std::string> BotApi::application_id()
{
    const auto answer = call({"GET /applications/@me", ""}, "/applications/@me", "");
    if (!answer)
        return answer.error();
    const auto document = JsonDocument::parse(answer->body);
    if (!document || document->root()["id"].text().empty())
        return not_understood("an application");
    return document->root()["id"].text();
}

Result<void> BotApi::set_commands(std::string_view application_id, std::string_view definition)
{
    const auto path = fmt::format("/applications/{}/guilds/{}/commands", application_id, settings_.guild_id);
    const auto answer = call({"PUT /applications/{application}/guilds/{guild}/commands", settings_.guild_id}, path,
                             std::string{definition});
    if (!answer)
        return answer.error();
    return {};
}

Result<void> BotApi::send_direct_message(std::string_view user_id, std::string_view text)
{
    JsonWriter recipient;
    recipient.begin_object().member("recipient_id", user_id).end_object();
    const auto channel = call({"POST /users/@me/channels", ""}, "/users/@me/channels", std::string{recipient.text()});
    if (!channel)
        return channel.error();
    const auto document = JsonDocument::parse(channel->body);
    const std::string id = document ? document->root()["id"].text() : "";
    if (id.empty())
        return not_understood("a channel");
    const auto sent =
        call({"POST /channels/{channel}/messages", id}, fmt::format("/channels/{}/messages", id), message_body(text));
    if (!sent)
        return sent.error();
    return {};
}

Result<void> defer_reply(net::HttpClient& http, const std::string& api_url, std::string_view interaction_id,
                         std::string_view token)
{
    JsonWriter json;
    json.begin_object().member("type", 5).key("data").begin_object().member("flags", ephemeral).end_object();
    json.end_object();
    const auto url = fmt::format("{}/interactions/{}/{}/callback", api_url, interaction_id, token);
    const auto answer = reply(http, "POST", url, std::string{json.text()});
    if (!answer)
        return answer.error();
    if (answer->status / 100 == 2 || error_code(*answer) == code::already_acknowledged)
        return {};
    return classify(*answer);
}

Result<void> edit_reply(net::HttpClient& http, const std::string& api_url, std::string_view application_id,
                        std::string_view token, std::string_view text)
{
    const auto url = fmt::format("{}/webhooks/{}/{}/messages/@original", api_url, application_id, token);
    const auto answer = reply(http, "PATCH", url, message_body(text));
    if (!answer)
        return answer.error();
    if (answer->status / 100 == 2)
        return {};
    Error error = classify(*answer);
    if (error_code(*answer) == code::invalid_webhook_token || answer->status == 404)
        error.kind = ErrorKind::not_found;
    return error;
}

} // namespace ciclo::discord
