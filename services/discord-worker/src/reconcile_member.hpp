#pragma once

#include "discord/client.hpp"
#include "model/stores/reconciliation_store.hpp"
#include "postgres/connection.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace ciclo::discord_worker {

struct Reconciled {
    std::string email_message_id;                              // an invite e-mail was queued: ring for it
    std::optional<std::chrono::milliseconds> look_again_after; // not finished, for no fault: rules not accepted
    bool asked_discord = false;                                // so Discord is known to work
    std::optional<Error> own_fault{}; // not finished: our settings are wrong, which tells nothing of Discord
};

// Makes one student's Discord equal to what the tables say: roles of a known member, an invite for
// everybody else who should have some. Writes what was seen and done; may be repeated at any time.
Result<Reconciled> reconcile_member(postgres::Connection& connection, discord::Client& client,
                                    const model::Lease& lease);

// When to look whether a newcomer has accepted the guild's rules, if nobody rings before: half as long again as
// has been waited already, so that a newcomer who never does costs a few calls a day.
std::chrono::milliseconds screening_pause(std::chrono::microseconds waited);

} // namespace ciclo::discord_worker
