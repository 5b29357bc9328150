#include "discord/gateway_event.hpp"

namespace ciclo::discord {

namespace {

using Event = std::optional<GatewayEvent>;

Event session_began(const JsonView& content)
{
    return SessionBegan{content["session_id"].text(), content["resume_gateway_url"].text(),
                        content.at({"application", "id"}).text()};
}

Event member_seen(const JsonView& content, bool joined)
{
    MemberSeen member;
    member.discord_id = content.at({"user", "id"}).text();
    member.is_bot = content.at({"user", "bot"}).boolean().value_or(false);
    member.pending = content["pending"].boolean();
    member.joined_at = content["joined_at"].time();
    member.joined = joined;
    const JsonView roles = content["roles"];
    if (member.discord_id.empty() || !roles.is_array())
        return std::nullopt;
    for (std::size_t i = 0; i < roles.size(); ++i)
        member.roles.insert(roles.element(i).text());
    return member;
}

Event command_used(const JsonView& content)
{
    constexpr int application_command = 2;
    if (content["type"].integer() != application_command)
        return std::nullopt;
    CommandUsed used;
    used.interaction_id = content["id"].text();
    used.token = content["token"].text();
    used.application_id = content["application_id"].text();
    used.channel_id = content["channel_id"].text();
    used.discord_id = content.at({"member", "user", "id"}).text();
    used.command = content.at({"data", "name"}).text();
    const JsonView options = content.at({"data", "options"});
    for (std::size_t i = 0; i < options.size(); ++i)
        if (options.element(i)["name"].text() == "codigo")
            used.code = options.element(i)["value"].text();
    if (used.interaction_id.empty() || used.token.empty() || used.discord_id.empty())
        return std::nullopt;
    return used;
}

} // namespace

std::optional<GatewayEvent> read_event(std::string_view name, const JsonView& content, std::string_view guild_id)
{
    if (name == "READY")
        return session_began(content);
    if (name == "RESUMED")
        return SessionResumed{};
    const bool is_guild = name == "GUILD_DELETE" || name == "GUILD_CREATE";
    if (content[is_guild ? "id" : "guild_id"].text() != guild_id)
        return std::nullopt;
    if (name == "GUILD_MEMBER_ADD" || name == "GUILD_MEMBER_UPDATE")
        return member_seen(content, name == "GUILD_MEMBER_ADD");
    if (name == "GUILD_MEMBER_REMOVE")
        return MemberLeft{content.at({"user", "id"}).text()};
    if (name == "INVITE_DELETE")
        return InviteGone{content["code"].text()};
    if (name.starts_with("GUILD_ROLE_"))
        return RolesChanged{};
    if (name == "GUILD_DELETE")
        return GuildLost{content["unavailable"].boolean().value_or(false)};
    if (name == "INTERACTION_CREATE")
        return command_used(content);
    return std::nullopt;
}

} // namespace ciclo::discord
