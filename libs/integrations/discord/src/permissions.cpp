#include "discord/permissions.hpp"

#include <algorithm>

namespace ciclo::discord {

namespace {

constexpr std::uint64_t everything = ~0ULL;

void apply(std::uint64_t& permissions, std::uint64_t deny, std::uint64_t allow)
{
    permissions = (permissions & ~deny) | allow;
}

} // namespace

std::uint64_t guild_permissions(const std::string& guild_id, const std::vector<Role>& roles, const Member& member)
{
    std::uint64_t permissions = 0;
    for (const Role& role : roles)
        if (role.id == guild_id || member.roles.contains(role.id))
            permissions |= role.permissions;
    return (permissions & permission::administrator) != 0 ? everything : permissions;
}

std::uint64_t channel_permissions(const std::string& guild_id, const std::vector<Role>& roles, const Member& member,
                                  const Channel& channel)
{
    std::uint64_t permissions = guild_permissions(guild_id, roles, member);
    if (permissions == everything)
        return permissions;
    std::uint64_t allow = 0;
    std::uint64_t deny = 0;
    for (const Overwrite& overwrite : channel.overwrites) {
        if (overwrite.id == guild_id)
            apply(permissions, overwrite.deny, overwrite.allow);
        if (member.roles.contains(overwrite.id)) {
            allow |= overwrite.allow;
            deny |= overwrite.deny;
        }
    }
    apply(permissions, deny, allow);
    for (const Overwrite& overwrite : channel.overwrites)
        if (overwrite.id == member.user_id)
            apply(permissions, overwrite.deny, overwrite.allow);
    // Nobody can use a channel that cannot be seen.
    return (permissions & permission::view_channel) != 0 ? permissions : 0;
}

int top_position(const std::vector<Role>& roles, const Member& member)
{
    int top = 0;
    for (const Role& role : roles)
        if (member.roles.contains(role.id))
            top = std::max(top, role.position);
    return top;
}

} // namespace ciclo::discord
