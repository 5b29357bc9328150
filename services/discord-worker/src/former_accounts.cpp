#include "former_accounts.hpp"

#include "model/stores/given_role_store.hpp"
#include "role_changes.hpp"

namespace ciclo::discord_worker {

Result<bool> clear_former_accounts(postgres::Connection& connection, discord::Client& client, const model::Lease& lease)
{
    const auto accounts = model::read_former_accounts(connection, lease.user_id);
    for (const auto& account : accounts) {
        // Taking what is not held is harmless, so there is no need to look first.
        std::set<std::string> held = account.roles;
        model::RolePlan plan;
        plan.take.assign(account.roles.begin(), account.roles.end());
        RoleChanges changes{connection, client, {account.discord_id, lease.user_id, lease.correlation_id}, held};
        if (const auto applied = changes.apply(plan, {}); !applied)
            return applied.error();
    }
    return !accounts.empty();
}

} // namespace ciclo::discord_worker
