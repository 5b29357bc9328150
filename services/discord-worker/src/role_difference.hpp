#pragma once

#include <set>
#include <string>
#include <vector>

namespace ciclo::discord_worker {

struct RoleDifference {
    std::vector<std::string> to_add;
    std::vector<std::string> to_remove;
};

// Makes what a member has equal to what is wanted, within the roles that are ours to manage.
// The visitor role (may be empty) is for those whom no product gives a role.
RoleDifference role_difference(const std::set<std::string>& wanted, const std::set<std::string>& has,
                               const std::set<std::string>& managed, const std::string& visitor_role);

} // namespace ciclo::discord_worker
