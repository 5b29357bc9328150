#pragma once

#include "core/json.hpp"
#include "core/time.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>

// The gateway events that somebody acts on (documentation, "Gateway Events"). Ids are opaque text.
namespace ciclo::discord {

struct SessionBegan { // READY: events before it may have been missed
    std::string session_id;
    std::string resume_url;
    std::string application_id;
};
struct SessionResumed {};

// GUILD_MEMBER_ADD and GUILD_MEMBER_UPDATE.
struct MemberSeen {
    std::string discord_id;
    std::set<std::string> roles;
    std::optional<bool> pending; // not told: as before
    std::optional<Time> joined_at;
    bool is_bot = false;
    bool joined = false; // GUILD_MEMBER_ADD, which may come for somebody who is there already
};
struct MemberLeft {
    std::string discord_id;
};
struct InviteGone { // used up, revoked, perhaps expired
    std::string code;
};
struct RolesChanged {};
struct GuildLost {
    bool is_outage = false; // otherwise the bot was removed
};

// A slash command. The token is a secret that lives for 15 minutes.
struct CommandUsed {
    std::string interaction_id;
    std::string token;
    std::string application_id;
    std::string channel_id;
    std::string discord_id;
    std::string command;
    std::string code; // the option "codigo", as typed
};

using GatewayEvent = std::variant<SessionBegan, SessionResumed, MemberSeen, MemberLeft, InviteGone, RolesChanged,
                                  GuildLost, CommandUsed>;

// Nothing for events that nobody acts on, that are of another guild, or that lack what they need.
std::optional<GatewayEvent> read_event(std::string_view name, const JsonView& content, std::string_view guild_id);

} // namespace ciclo::discord
