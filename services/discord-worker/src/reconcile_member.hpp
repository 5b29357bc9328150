#pragma once

#include "discord/client.hpp"
#include "model/stores/reconciliation_store.hpp"
#include "postgres/connection.hpp"

#include <optional>
#include <string>

namespace ciclo::discord_worker {

struct Reconciled {
    std::string email_message_id;                         // an invite e-mail was queued: ring for it
    std::optional<std::chrono::seconds> look_again_after; // not finished, for no fault: e.g. rules not accepted
};

// Makes one student's Discord equal to what the tables say: roles of a known member, an invite for
// everybody else who should have some. Writes what was seen and done; may be repeated at any time.
Result<Reconciled> reconcile_member(postgres::Connection& connection, discord::Client& client,
                                    const model::Lease& lease);

} // namespace ciclo::discord_worker
