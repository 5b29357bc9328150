#pragma once

#include "core/result.hpp"
#include "core/time.hpp"
#include "postgres/connection.hpp"

#include <string>
#include <string_view>

// What a person may decide about a student. Each becomes a fact of the same fold as Hotmart's events.
namespace ciclo::model {

struct LinkedAccount {
    std::string user_id;
    std::string correlation_id;
    bool was_linked = false; // it was so already; nothing changed
};

// Ties a Discord account to the student with this e-mail, who is remembered even before the first
// purchase. `duplicate` when the account belongs to another student.
Result<LinkedAccount> link_discord_account(postgres::Connection& connection, std::string_view email,
                                           std::string_view discord_id, Time now);

} // namespace ciclo::model
