#include "role_difference.hpp"

namespace ciclo::discord_worker {

RoleDifference role_difference(const std::set<std::string>& wanted, const std::set<std::string>& has,
                               const std::set<std::string>& managed, const std::string& visitor_role)
{
    std::set<std::string> target = wanted;
    if (target.empty() && !visitor_role.empty())
        target.insert(visitor_role);
    RoleDifference difference;
    for (const auto& role : target)
        if (!has.contains(role))
            difference.to_add.push_back(role);
    for (const auto& role : has)
        if (managed.contains(role) && !target.contains(role))
            difference.to_remove.push_back(role);
    return difference;
}

} // namespace ciclo::discord_worker
