#include "model/stores/reconciliation_store.hpp"

#include "core/crypto.hpp"

#include <array>

namespace ciclo::model {

namespace {

using postgres::TextArray;

constexpr const char* want_sql = R"sql(
    INSERT INTO reconciliations AS row (user_id, target, correlation_id, wanted_at)
    SELECT user_id::uuid, target, correlation_id::uuid, clock_timestamp()
    FROM unnest($1::text[], $2::text[], $3::text[]) AS new (user_id, target, correlation_id)
    ON CONFLICT (user_id, target) DO UPDATE
    SET wanted_version = row.wanted_version + 1,
        wanted_at = CASE WHEN row.applied_version = row.wanted_version THEN excluded.wanted_at ELSE row.wanted_at END,
        correlation_id = coalesce(excluded.correlation_id, row.correlation_id),
        failed = false, attempts = 0, next_attempt_at = NULL
)sql";

constexpr const char* retry_sql = R"sql(
    UPDATE reconciliations SET failed = false, attempts = 0, next_attempt_at = clock_timestamp()
    WHERE user_id = $1 AND target = $2 AND failed
)sql";

constexpr const char* lease_sql = R"sql(
    UPDATE reconciliations
    SET leased_until = now() + $3::int * interval '1 second', leased_by = pg_backend_pid(), attempts = attempts + 1
    WHERE user_id = $1 AND target = $2 AND applied_version < wanted_version AND NOT failed
      AND NOT lease_held(leased_until, leased_by)
      AND (next_attempt_at IS NULL OR next_attempt_at <= now())
    RETURNING wanted_version, attempts, correlation_id, wanted_at
)sql";

constexpr const char* complete_sql = R"sql(
    UPDATE reconciliations
    SET applied_version = greatest(applied_version, $3::bigint), applied_at = clock_timestamp(), leased_until = NULL,
        attempts = 0, next_attempt_at = NULL, last_error = NULL
    WHERE user_id = $1 AND target = $2
    RETURNING applied_version < wanted_version
)sql";

// An attempt that was not the row's fault is handed back, unless counting has started anew meanwhile.
constexpr const char* postpone_sql = R"sql(
    UPDATE reconciliations
    SET leased_until = NULL, last_error = $4, failed = $5::boolean AND wanted_version = $3::bigint,
        attempts = greatest(attempts - $6::int, 0),
        next_attempt_at = clock_timestamp() + $7::bigint * interval '1 millisecond'
    WHERE user_id = $1 AND target = $2
)sql";

double random_fraction()
{
    std::array<unsigned char, 2> bytes{};
    random_bytes(bytes);
    return (bytes[0] * 256 + bytes[1]) / 65536.0;
}

} // namespace

postgres::Statement want_reconciliations(std::span<const WantedReconciliation> wanted)
{
    TextArray users;
    TextArray targets;
    TextArray correlations;
    for (const WantedReconciliation& one : wanted) {
        users.add(std::string_view{one.user_id});
        targets.add(std::string_view{one.target});
        correlations.add_or_null(one.correlation_id);
    }
    return {want_sql, {users, targets, correlations}};
}

void retry_given_up(postgres::Connection& connection, const std::string& user_id, std::string_view target)
{
    connection.execute(retry_sql, {user_id, target});
}

std::optional<Lease> lease_reconciliation(postgres::Connection& connection, std::string_view target,
                                          std::string_view user_id, std::chrono::seconds duration)
{
    const auto rows = connection.execute(lease_sql, {user_id, target, std::int64_t{duration.count()}});
    if (rows.empty())
        return std::nullopt;
    return Lease{std::string{user_id}, std::string{target},
                 rows.int64(0, 0),     static_cast<int>(rows.int64(0, 1)),
                 rows.text(0, 2),      time_from_text(rows.view(0, 3)).value_or(Time{})};
}

bool complete_reconciliation(postgres::Connection& connection, const Lease& lease)
{
    const auto rows = connection.execute(complete_sql, {lease.user_id, lease.target, lease.version});
    return !rows.empty() && rows.boolean(0, 0);
}

RetryDecision postpone_reconciliation(postgres::Connection& connection, const Lease& lease, const Error& error)
{
    RetryDecision decision = decide(error, lease.attempts);
    // Level-triggered work is idempotent: when the outcome is unknown it is simply done again.
    if (decision == RetryDecision::outcome_unknown)
        decision = lease.attempts >= max_attempts ? RetryDecision::give_up : RetryDecision::retry;
    const auto delay = delay_before_next(error, lease.attempts, random_fraction());
    connection.execute(postpone_sql,
                       {lease.user_id, lease.target, lease.version, error.detail, decision == RetryDecision::give_up,
                        decision == RetryDecision::wait ? 1 : 0, std::int64_t{delay.count()}});
    return decision;
}

} // namespace ciclo::model
