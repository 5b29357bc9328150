#include "discord/client.hpp"

#include "api_call.hpp"
#include "core/json.hpp"
#include "core/json_writer.hpp"
#include "guild_json.hpp"
#include "message_body.hpp"

#include <fmt/core.h>

namespace ciclo::discord {

Client::Client(Settings settings, RateLimits& limits) : settings_(std::move(settings)), limits_(limits) {}

Result<net::HttpAnswer> Client::call(const Route& route, const std::string& path, std::string body,
                                     std::string_view reason)
{
    return call_api(http_, settings_, limits_, {route, path, std::move(body), reason});
}

Result<JsonDocument> Client::read(const Route& route, const std::string& path)
{
    const auto answer = call(route, path, "", "");
    if (!answer)
        return answer.error();
    auto document = JsonDocument::parse(answer->body);
    if (!document)
        return not_understood("JSON");
    return document;
}

Result<Member> Client::member(std::string_view user_id)
{
    const auto document = read({"GET /guilds/{guild}/members/{user}", settings_.guild_id},
                               fmt::format("/guilds/{}/members/{}", settings_.guild_id, user_id));
    if (!document)
        return document.error();
    if (!document->root()["roles"].is_array())
        return not_understood("a member");
    Member member = read_member(document->root());
    member.user_id = user_id;
    return member;
}

Result<void> Client::add_role(std::string_view user_id, std::string_view role_id, std::string_view reason)
{
    const auto path = fmt::format("/guilds/{}/members/{}/roles/{}", settings_.guild_id, user_id, role_id);
    const auto answer = call({"PUT /guilds/{guild}/members/{user}/roles/{role}", settings_.guild_id}, path, "", reason);
    if (!answer)
        return answer.error();
    return {};
}

Result<void> Client::remove_role(std::string_view user_id, std::string_view role_id, std::string_view reason)
{
    const auto path = fmt::format("/guilds/{}/members/{}/roles/{}", settings_.guild_id, user_id, role_id);
    const auto answer =
        call({"DELETE /guilds/{guild}/members/{user}/roles/{role}", settings_.guild_id}, path, "", reason);
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
        call({"POST /channels/{channel}/invites", std::string{channel_id}}, path, std::string{body.text()}, reason);
    if (!answer)
        return answer.error();
    const auto document = JsonDocument::parse(answer->body);
    if (!document || document->root()["code"].text().empty())
        return not_understood("an invite");
    return CreatedInvite{document->root()["code"].text(), max_age};
}

Result<std::string> Client::create_message(std::string_view channel_id, std::string_view content)
{
    const auto answer = call({"POST /channels/{channel}/messages", std::string{channel_id}},
                             fmt::format("/channels/{}/messages", channel_id), message_body(content), "");
    if (!answer)
        return answer.error();
    const auto document = JsonDocument::parse(answer->body);
    return document ? document->root()["id"].text() : std::string{};
}

Result<std::string> Client::own_user_id()
{
    const auto document = read({"GET /users/@me", ""}, "/users/@me");
    if (!document)
        return document.error();
    if (document->root()["id"].text().empty())
        return not_understood("a user");
    return document->root()["id"].text();
}

Result<std::vector<Role>> Client::roles()
{
    const auto document =
        read({"GET /guilds/{guild}/roles", settings_.guild_id}, fmt::format("/guilds/{}/roles", settings_.guild_id));
    if (!document)
        return document.error();
    if (!document->root().is_array())
        return not_understood("a list of roles");
    return read_roles(document->root());
}

Result<std::vector<Member>> Client::members_after(std::string_view user_id)
{
    const auto after = user_id.empty() ? std::string{} : fmt::format("&after={}", user_id);
    const auto document = read({"GET /guilds/{guild}/members", settings_.guild_id},
                               fmt::format("/guilds/{}/members?limit=1000{}", settings_.guild_id, after));
    if (!document)
        return document.error();
    if (!document->root().is_array())
        return not_understood("a list of members");
    std::vector<Member> members;
    members.reserve(document->root().size());
    for (std::size_t i = 0; i < document->root().size(); ++i)
        members.push_back(read_member(document->root().element(i)));
    return members;
}

Result<Guild> Client::guild()
{
    const auto document =
        read({"GET /guilds/{guild}", settings_.guild_id}, fmt::format("/guilds/{}", settings_.guild_id));
    if (!document)
        return document.error();
    return Guild{document->root()["id"].text(), document->root()["name"].text(), document->root()["owner_id"].text()};
}

Result<std::vector<Channel>> Client::channels()
{
    const auto document = read({"GET /guilds/{guild}/channels", settings_.guild_id},
                               fmt::format("/guilds/{}/channels", settings_.guild_id));
    if (!document)
        return document.error();
    if (!document->root().is_array())
        return not_understood("a list of channels");
    return read_channels(document->root());
}

Result<Application> Client::own_application()
{
    const auto document = read({"GET /applications/@me", ""}, "/applications/@me");
    if (!document)
        return document.error();
    return Application{document->root()["id"].text(),
                       static_cast<std::uint64_t>(document->root()["flags"].integer().value_or(0))};
}

} // namespace ciclo::discord
