#pragma once

#include "core/result.hpp"
#include "core/time.hpp"
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

struct Member {
    std::string user_id;
    std::set<std::string> roles;
    bool pending = false; // has not accepted the guild's rules yet
};

struct Role {
    std::string id;
    std::string name;
    int position = 0;     // a bot gives and takes only roles below its own highest one
    bool managed = false; // belongs to an integration: nobody can give it by hand
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

private:
    Result<net::HttpAnswer> call(std::string method, const std::string& path, const std::string& bucket,
                                 std::string body, std::string_view reason);

    Settings settings_;
    RateLimits& limits_;
    net::HttpClient http_;
};

} // namespace ciclo::discord
