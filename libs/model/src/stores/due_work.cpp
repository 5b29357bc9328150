#include "model/stores/due_work.hpp"

#include "model/stores/reconciliation_store.hpp"

#include <set>

namespace ciclo::model {

namespace {

// A row that waits for a retry is due at that time; a fresh one when its own bell must have been lost.
constexpr const char* events_sql = R"sql(
    SELECT id, id FROM webhook_events
    WHERE status = 'received'
      AND CASE WHEN next_attempt_at IS NULL THEN received_at < now() - $1::int * interval '1 second'
               ELSE next_attempt_at <= now() END
    ORDER BY received_at LIMIT $2::int
)sql";

constexpr const char* reconciliations_sql = R"sql(
    SELECT user_id, correlation_id FROM reconciliations
    WHERE target = $1 AND applied_version < wanted_version AND NOT failed
      AND NOT lease_held(leased_until, leased_by)
      AND CASE WHEN next_attempt_at IS NULL THEN wanted_at < now() - $2::int * interval '1 second'
               ELSE next_attempt_at <= now() END
    ORDER BY wanted_at LIMIT $3::int
)sql";

constexpr const char* messages_sql = R"sql(
    SELECT id, correlation_id FROM messages
    WHERE channel = $1 AND status IN ('queued', 'sending')
      AND NOT lease_held(leased_until, leased_by)
      AND CASE WHEN next_attempt_at IS NULL THEN created_at < now() - $2::int * interval '1 second'
               ELSE next_attempt_at <= now() END
    ORDER BY created_at LIMIT $3::int
)sql";

// next_attempt_at = now(): due at once. A student who waits for a fold already is left alone.
constexpr const char* timed_folds_sql = R"sql(
    INSERT INTO reconciliations AS row (user_id, target, next_attempt_at)
    SELECT id, 'lifecycle', now() FROM users
    WHERE refold_at <= now()
      AND NOT EXISTS (SELECT FROM reconciliations AS open
                      WHERE open.user_id = users.id AND target = 'lifecycle' AND applied_version < wanted_version)
    ORDER BY refold_at LIMIT $1::int
    ON CONFLICT (user_id, target) DO UPDATE
    SET wanted_version = row.wanted_version + 1, wanted_at = now(), next_attempt_at = now(), failed = false,
        attempts = 0
)sql";

// Whoever is under another policy stands before or behind the present one in the index.
constexpr const char* policy_folds_sql = R"sql(
    INSERT INTO reconciliations AS row (user_id, target, next_attempt_at)
    SELECT id, 'lifecycle', now() FROM (
        SELECT id FROM users WHERE folded_under < $1
        UNION ALL
        SELECT id FROM users WHERE folded_under > $1
    ) AS other
    WHERE NOT EXISTS (SELECT FROM reconciliations AS open
                      WHERE open.user_id = other.id AND target = 'lifecycle' AND applied_version < wanted_version)
    LIMIT $2::int
    ON CONFLICT (user_id, target) DO UPDATE
    SET wanted_version = row.wanted_version + 1, wanted_at = now(), next_attempt_at = now(), failed = false,
        attempts = 0
)sql";

constexpr const char* close_tokens_sql = R"sql(
    UPDATE onboarding_tokens SET closed_at = now()
    WHERE token IN (SELECT token FROM onboarding_tokens
                    WHERE used_at IS NULL AND closed_at IS NULL AND expires_at <= now()
                    ORDER BY expires_at LIMIT $1::int FOR UPDATE SKIP LOCKED)
    RETURNING user_id
)sql";

std::vector<DueRow> read(const postgres::Rows& rows)
{
    std::vector<DueRow> due;
    for (std::size_t i = 0; i < rows.size(); ++i)
        due.push_back(DueRow{rows.text(i, 0), rows.text(i, 1)});
    return due;
}

} // namespace

std::size_t want_timed_folds(postgres::Connection& connection, int most)
{
    return connection.execute(timed_folds_sql, {most}).affected();
}

std::size_t want_policy_folds(postgres::Connection& connection, const std::string& policy, int most)
{
    return connection.execute(policy_folds_sql, {policy, most}).affected();
}

std::size_t close_expired_tokens(postgres::Connection& connection, int most)
{
    postgres::Transaction transaction{connection};
    const auto closed = connection.execute(close_tokens_sql, {most});
    std::set<std::string> users;
    for (std::size_t i = 0; i < closed.size(); ++i)
        users.insert(closed.text(i, 0));
    std::vector<WantedReconciliation> wanted;
    for (const auto& user : users)
        wanted.push_back({user, "manychat", ""});
    if (!wanted.empty()) {
        const auto statement = want_reconciliations(wanted);
        connection.execute(statement.sql, statement.params);
    }
    transaction.commit();
    return closed.size();
}

std::vector<DueRow> due_webhook_events(postgres::Connection& connection, std::chrono::seconds overdue, int most)
{
    return read(connection.execute(events_sql, {std::int64_t{overdue.count()}, most}));
}

std::vector<DueRow> due_reconciliations(postgres::Connection& connection, std::string_view target,
                                        std::chrono::seconds overdue, int most)
{
    return read(connection.execute(reconciliations_sql, {target, std::int64_t{overdue.count()}, most}));
}

std::vector<DueRow> due_messages(postgres::Connection& connection, std::string_view channel,
                                 std::chrono::seconds overdue, int most)
{
    return read(connection.execute(messages_sql, {channel, std::int64_t{overdue.count()}, most}));
}

} // namespace ciclo::model
