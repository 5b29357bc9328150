#include "model/stores/operator_actions.hpp"

#include "core/text.hpp"
#include "core/uuid.hpp"
#include "model/stores/discord_link_store.hpp"
#include "model/stores/fact_store.hpp"
#include "model/stores/reconciliation_store.hpp"
#include "model/stores/student_store.hpp"
#include "stores/merge_students.hpp"

#include <fmt/core.h>

namespace ciclo::model {

namespace {

constexpr const char* owner_sql = "SELECT id, email FROM users WHERE discord_id = $1";

// Taken before any student's lock, so that of two who want the same account the second sees the first.
constexpr const char* lock_sql = "SELECT pg_advisory_xact_lock(hashtextextended('discord:' || $1, 0))";

// A link that was asked for and is not folded yet counts, too.
constexpr const char* asked_sql = R"sql(
    SELECT user_id FROM facts
    WHERE type = 'DISCORD_LINKED' AND body::jsonb ->> 'discord_id' = $1 AND user_id <> $2
      AND occurred_at = (SELECT max(occurred_at) FROM facts AS other
                         WHERE other.user_id = facts.user_id AND type = 'DISCORD_LINKED')
)sql";

} // namespace

Result<LinkedAccount> link_discord_account(postgres::Connection& connection, std::string_view email,
                                           std::string_view discord_id, Time now)
{
    Fact fact;
    fact.id = new_uuid();
    fact.type = FactType::discord_linked;
    fact.occurred_at = now;
    fact.email = lower_case(trimmed(email));
    fact.discord_id = discord_id;
    fact.link_source = "operator";

    postgres::Transaction transaction{connection};
    connection.execute(lock_sql, {discord_id});
    const StoredStudent student = find_students(connection, {&fact, 1}).of_fact.front();
    if (student.discord_id == discord_id)
        return LinkedAccount{student.id, "", true};
    lock_discord_account(connection, discord_id);
    const auto owner = connection.execute(owner_sql, {discord_id});
    const auto asked = connection.execute(asked_sql, {discord_id, student.id});
    if (!owner.empty() || !asked.empty())
        return Error{ErrorKind::duplicate,
                     fmt::format("Discord account {} already belongs to another student ({})", discord_id,
                                 owner.empty() ? asked.view(0, 0) : owner.view(0, 0)),
                     {}};
    if (student.is_new)
        insert_student(connection, student.id, student.email);
    const OwnedFact owned{student.id, fact};
    const WantedReconciliation fold{student.id, "lifecycle", fact.id};
    const postgres::Statement statements[] = {insert_facts({&owned, 1}), want_reconciliations({&fold, 1})};
    connection.pipeline(statements);
    transaction.commit();
    return LinkedAccount{student.id, fact.id, false};
}

} // namespace ciclo::model
