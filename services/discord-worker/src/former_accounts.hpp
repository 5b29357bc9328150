#pragma once

#include "core/result.hpp"
#include "discord/client.hpp"
#include "model/stores/reconciliation_store.hpp"
#include "postgres/connection.hpp"

namespace ciclo::discord_worker {

// Accounts that were the student's before lose what ciclo gave them. True when there were any to ask Discord about.
Result<bool> clear_former_accounts(postgres::Connection& connection, discord::Client& client,
                                   const model::Lease& lease);

} // namespace ciclo::discord_worker
