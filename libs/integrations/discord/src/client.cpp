#include "discord/client.hpp"

#include "core/json.hpp"
#include "core/json_writer.hpp"
#include "discord/errors.hpp"
#include "discord/user_agent.hpp"
#include "net/url.hpp"

#include <fmt/core.h>

#include <thread>

namespace ciclo::discord {

namespace {

using namespace std::chrono_literals;

// Longer waits go back to the caller, whose thread has other students to serve.
constexpr auto longest_wait = 1s;

Error not_understood(std::string_view what)
{
    return Error{ErrorKind::internal, fmt::format("Discord's answer is not {}", what), {}};
}

} // namespace

Client::Client(Settings settings, RateLimits& limits) : settings_(std::move(settings)), limits_(limits) {}

Result<net::HttpAnswer> Client::call(std::string method, const std::string& path, const std::string& bucket,
                                     std::string body, std::string_view reason)
{
    using Clock = RateLimits::Clock;
    const auto allowed = limits_.reserve(bucket, Clock::now());
    const auto wait = allowed - Clock::now();
    if (wait > longest_wait) {
        limits_.give_back(bucket);
        return Error{ErrorKind::rate_limited, "waiting for Discord's rate limit",
                     std::chrono::ceil<std::chrono::milliseconds>(wait)};
    }
    std::this_thread::sleep_until(allowed);

    net::HttpCall request{std::move(method), settings_.api_url + path};
    request.headers = {{"Authorization", "Bot " + settings_.bot_token}, {"User-Agent", std::string{user_agent}}};
    if (!body.empty())
        request.headers.push_back({"Content-Type", "application/json"});
    if (!reason.empty())
        request.headers.push_back({"X-Audit-Log-Reason", net::percent_encoded(reason)});
    request.body = std::move(body);
    auto answer = http_.send(request);
    if (!answer) {
        limits_.give_back(bucket);
        return answer;
    }
    limits_.learn(bucket, *answer, Clock::now());
    if (answer->status / 100 != 2)
        return classify(*answer);
    return answer;
}

Result<Member> Client::member(std::string_view user_id)
{
    const auto path = fmt::format("/guilds/{}/members/{}", settings_.guild_id, user_id);
    const auto answer = call("GET", path, "GET member", "", "");
    if (!answer)
        return answer.error();
    const auto document = JsonDocument::parse(answer->body);
    if (!document || !document->root()["roles"].is_array())
        return not_understood("a member");
    const JsonView root = document->root();
    Member member{std::string{user_id}, {}, root["pending"].boolean().value_or(false)};
    for (std::size_t i = 0; i < root["roles"].size(); ++i)
        member.roles.insert(root["roles"].element(i).text());
    return member;
}

Result<void> Client::add_role(std::string_view user_id, std::string_view role_id, std::string_view reason)
{
    const auto path = fmt::format("/guilds/{}/members/{}/roles/{}", settings_.guild_id, user_id, role_id);
    const auto answer = call("PUT", path, "PUT member role", "", reason);
    if (!answer)
        return answer.error();
    return {};
}

Result<void> Client::remove_role(std::string_view user_id, std::string_view role_id, std::string_view reason)
{
    const auto path = fmt::format("/guilds/{}/members/{}/roles/{}", settings_.guild_id, user_id, role_id);
    const auto answer = call("DELETE", path, "DELETE member role", "", reason);
    if (!answer)
        return answer.error();
    return {};
}

Result<CreatedInvite> Client::create_invite(std::string_view channel_id, std::chrono::seconds max_age,
                                            std::string_view reason)
{
    JsonWriter body;
    body.begin_object()
        .member("max_age", std::int64_t{max_age.count()})
        .member("max_uses", 1)
        .member("unique", true)
        .end_object();
    const auto path = fmt::format("/channels/{}/invites", channel_id);
    const auto answer =
        call("POST", path, fmt::format("POST invites {}", channel_id), std::string{body.text()}, reason);
    if (!answer)
        return answer.error();
    const auto document = JsonDocument::parse(answer->body);
    if (!document || document->root()["code"].text().empty())
        return not_understood("an invite");
    return CreatedInvite{document->root()["code"].text(), max_age};
}

Result<std::string> Client::own_user_id()
{
    const auto answer = call("GET", "/users/@me", "GET me", "", "");
    if (!answer)
        return answer.error();
    const auto document = JsonDocument::parse(answer->body);
    if (!document || document->root()["id"].text().empty())
        return not_understood("a user");
    return document->root()["id"].text();
}

Result<std::vector<Role>> Client::roles()
{
    const auto answer = call("GET", fmt::format("/guilds/{}/roles", settings_.guild_id), "GET roles", "", "");
    if (!answer)
        return answer.error();
    const auto document = JsonDocument::parse(answer->body);
    if (!document || !document->root().is_array())
        return not_understood("a list of roles");
    std::vector<Role> roles;
    for (std::size_t i = 0; i < document->root().size(); ++i) {
        const JsonView role = document->root().element(i);
        roles.push_back(Role{role["id"].text(), role["name"].text(),
                             static_cast<int>(role["position"].integer().value_or(0)),
                             role["managed"].boolean().value_or(false)});
    }
    return roles;
}

} // namespace ciclo::discord
