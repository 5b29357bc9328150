#pragma once

#include "core/result.hpp"
#include "discord/client.hpp"
#include "discord/gateway_session.hpp"
#include "discord/rate_limits.hpp"
#include "net/http_client.hpp"

#include <string>
#include <string_view>

// The REST calls that only the bot makes. Failures are classified as in errors.hpp.
namespace ciclo::discord {

// One per thread; shares the limits with `Client`.
class BotApi {
public:
    BotApi(Settings settings, RateLimits& limits);

    Result<GatewayInfo> gateway();
    Result<std::string> application_id();

    // Replaces the guild's commands of this application by this JSON array.
    Result<void> set_commands(std::string_view application_id, std::string_view definition);

    // `refused` when the account takes no messages from us (50007): trying again does not help.
    Result<void> send_direct_message(std::string_view user_id, std::string_view text);

private:
    Result<net::HttpAnswer> call(const Route& route, const std::string& path, std::string body);

    Settings settings_;
    RateLimits& limits_;
    net::HttpClient http_;
};

// Answers to a slash command; only the member who typed it sees them. They need no bot token, and count
// neither towards the bot's buckets nor towards the global limit. The interaction's token is a secret.
//
// The first answer has to come within three seconds: "thinking". One that was given already counts as
// given. not_found: too late, or the token is dead.
Result<void> defer_reply(net::HttpClient& http, const std::string& api_url, std::string_view interaction_id,
                         std::string_view token);
Result<void> edit_reply(net::HttpClient& http, const std::string& api_url, std::string_view application_id,
                        std::string_view token, std::string_view text);

} // namespace ciclo::discord
