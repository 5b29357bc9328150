#include "model/stores/discord_link_store.hpp"

#include "core/uuid.hpp"
#include "model/stores/event_log.hpp"
#include "model/stores/fact_store.hpp"
#include "model/stores/reconciliation_store.hpp"
#include "model/stores/student_store.hpp"

namespace ciclo::model {

namespace {

constexpr const char* lock_account_sql = "SELECT pg_advisory_xact_lock(hashtextextended('discord:' || $1::text, 0))";

constexpr const char* owner_of_token_sql = "SELECT user_id FROM onboarding_tokens WHERE token = $1";
constexpr const char* owner_of_invite_sql = "SELECT user_id FROM discord_invites WHERE code = $1";

// The owner is named again: whoever holds the lock of another student must not write.
constexpr const char* claim_token_sql = R"sql(
    UPDATE onboarding_tokens AS token SET used_at = now()
    FROM users
    WHERE token.token = $1 AND token.used_at IS NULL AND token.expires_at > now()
      AND users.id = token.user_id AND users.id = $3
      AND may_link_discord(users.id, $2)
    RETURNING users.id, users.email
)sql";

constexpr const char* claim_invite_sql = R"sql(
    UPDATE discord_invites AS invite SET used_by = $2
    FROM users
    WHERE invite.code = $1 AND invite.used_by IS NULL
      AND users.id = invite.user_id AND users.id = $3
      AND may_link_discord(users.id, $2)
    RETURNING users.id, users.email
)sql";

struct Claim {
    const char* owner_sql;
    const char* claim_sql;
    std::string_view source;
};

LinkedStudent record(postgres::Connection& connection, const postgres::Rows& claimed, std::string_view discord_id,
                     std::string_view source, Time now)
{
    OwnedFact owned{claimed.text(0, 0), {}};
    owned.fact.id = new_uuid();
    owned.fact.type = FactType::discord_linked;
    owned.fact.occurred_at = now;
    owned.fact.email = claimed.text(0, 1);
    owned.fact.discord_id = discord_id;
    owned.fact.link_source = source;
    const WantedReconciliation fold{owned.user_id, "lifecycle", owned.fact.id};
    const AuditEvent event{.type = "discord.registration_completed",
                           .target_id = owned.user_id,
                           .payload = audit_payload(owned.fact.id, {{"discord_id", discord_id}, {"source", source}}),
                           .error_message = "",
                           .actor_id = ""};
    const postgres::Statement statements[] = {insert_facts({&owned, 1}), want_reconciliations({&fold, 1}),
                                              append_events({&event, 1})};
    connection.pipeline(statements);
    return {owned.user_id, owned.fact.id};
}

std::optional<LinkedStudent> claim(postgres::Connection& connection, const Claim& how, std::string_view key,
                                   std::string_view discord_id, Time now)
{
    const auto owner = connection.execute(how.owner_sql, {key});
    if (owner.empty())
        return std::nullopt;
    // The lock of everybody who writes about this student. A merge may have been in between: who held the
    // lock may have given the code to another record, so the owner is looked up again under it.
    const std::string expected[] = {owner.text(0, 0)};
    (void)lock_students(connection, expected);
    lock_discord_account(connection, discord_id);
    const auto claimed = connection.execute(how.claim_sql, {key, discord_id, expected[0]});
    if (!claimed.empty())
        return record(connection, claimed, discord_id, how.source, now);
    const auto present = connection.execute(how.owner_sql, {key});
    if (present.empty() || present.view(0, 0) == expected[0])
        return std::nullopt;
    return claim(connection, how, key, discord_id, now);
}

} // namespace

void lock_discord_account(postgres::Connection& connection, std::string_view discord_id)
{
    connection.execute(lock_account_sql, {discord_id});
}

std::optional<LinkedStudent> claim_onboarding_token(postgres::Connection& connection, std::string_view token,
                                                    std::string_view discord_id, Time now)
{
    return claim(connection, {owner_of_token_sql, claim_token_sql, "registrar"}, token, discord_id, now);
}

std::optional<LinkedStudent> claim_invite(postgres::Connection& connection, std::string_view code,
                                          std::string_view discord_id, Time now)
{
    return claim(connection, {owner_of_invite_sql, claim_invite_sql, "invite"}, code, discord_id, now);
}

} // namespace ciclo::model
