#pragma once

#include "core/json.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "discord/guild.hpp"
#include "discord/rate_limits.hpp"
#include "net/http_client.hpp"

#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

// Discord's REST API v10 (discord.com/developers/docs), as far as ciclo uses it.
namespace ciclo::discord {

struct Settings {
    std::string api_url; // "https://discord.com/api/v10"
    std::string bot_token;
    std::string guild_id;
};

struct CreatedInvite {
    std::string code;
    std::chrono::seconds max_age;
};

// One per thread; the limits are shared by all of a process. Failures are classified as in errors.hpp;
// a call that would have to wait for a limit for more than a second answers `rate_limited` unsent.
class Client {
public:
    Client(Settings settings, RateLimits& limits);

    // not_found when the account is no member of the guild (10007) or does not exist (10013).
    Result<Member> member(std::string_view user_id);

    // Both may be repeated. `reason` appears in the guild's audit log.
    Result<void> add_role(std::string_view user_id, std::string_view role_id, std::string_view reason);
    Result<void> remove_role(std::string_view user_id, std::string_view role_id, std::string_view reason);

    // A fresh code for one person, `max_age` at most seven days.
    Result<CreatedInvite> create_invite(std::string_view channel_id, std::chrono::seconds max_age,
                                        std::string_view reason);

    Result<std::string> own_user_id();
    Result<std::vector<Role>> roles();

    // Members after that account id in numeric order (empty: the first), at most a thousand. Needs the privileged
    // intent GUILD_MEMBERS, and is refused without it.
    Result<std::vector<Member>> members_after(std::string_view user_id);

    // A message of the bot's own, at most 2000 characters (longer text is cut), without effect of mentions.
    // Answers its id. May not be repeated after `unknown_outcome`.
    Result<std::string> create_message(std::string_view channel_id, std::string_view content);

    Result<Guild> guild();
    Result<std::vector<Channel>> channels();
    Result<Application> own_application();

private:
    Result<net::HttpAnswer> call(const Route& route, const std::string& path, std::string body,
                                 std::string_view reason);
    Result<JsonDocument> read(const Route& route, const std::string& path);

    Settings settings_;
    RateLimits& limits_;
    net::HttpClient http_;
};

} // namespace ciclo::discord
