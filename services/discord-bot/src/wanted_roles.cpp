#include "wanted_roles.hpp"

#include <algorithm>

namespace ciclo::discord_bot {

bool differs_from_wish(const model::DiscordWish& wish, const std::string& visitor_role,
                       const std::set<std::string>& held)
{
    std::set<std::string> target = wish.roles;
    if (target.empty() && !visitor_role.empty())
        target.insert(visitor_role);
    std::set<std::string> ours;
    std::copy_if(held.begin(), held.end(), std::inserter(ours, ours.end()),
                 [&](const std::string& role) { return wish.managed.contains(role) || target.contains(role); });
    return ours != target;
}

} // namespace ciclo::discord_bot
