#pragma once

#include "discord/client.hpp"
#include "model/stores/reconciliation_store.hpp"
#include "postgres/connection.hpp"

#include <string>

namespace ciclo::discord_worker {

// An open invite of the student's own, with its e-mail queued. Answers the id of the e-mail that was
// queued now, empty when the student has been invited already. `invalid_input` when our own settings allow no invite:
// Discord was not asked. A crash after Discord made an invite and
// before it is stored leaves one that nobody knows; it expires by itself.
Result<std::string> ensure_invite(postgres::Connection& connection, discord::Client& client, const model::Lease& lease);

} // namespace ciclo::discord_worker
