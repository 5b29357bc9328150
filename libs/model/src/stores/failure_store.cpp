#include "model/stores/failure_store.hpp"

#include "core/time.hpp"
#include "model/rules/brake.hpp"
#include "model/stores/event_log.hpp"

namespace ciclo::model {

namespace {

constexpr const char* list_sql = R"sql(
    SELECT * FROM (
        SELECT 'event', id::text, status, received_at AS since, coalesce(outcome, ''), '', false FROM webhook_events
        WHERE status IN ('failed', 'unprocessed')
        UNION ALL
        SELECT target, user_id::text, 'failed', wanted_at, coalesce(last_error, ''), '', false FROM reconciliations
        WHERE failed
        UNION ALL
        SELECT channel, id::text, status, created_at, coalesce(last_error, ''), '', false FROM messages
        WHERE status IN ('failed', 'unknown')
        UNION ALL
        SELECT 'job', id::text, status, finished_at, coalesce(error, ''), job, counters ? $1 FROM (
            SELECT DISTINCT ON (job) * FROM job_runs WHERE status IN ('succeeded', 'failed')
            ORDER BY job, requested_at DESC, id DESC) AS last_run
        WHERE status = 'failed'
    ) AS waiting ORDER BY since LIMIT 1000
)sql";

constexpr const char* retry_events_sql = R"sql(
    UPDATE webhook_events SET status = 'received', attempts = 0, next_attempt_at = now(), outcome = NULL
    WHERE status IN ('failed', 'unprocessed') AND ($1 = '' OR id::text = $1)
)sql";

constexpr const char* retry_reconciliations_sql = R"sql(
    UPDATE reconciliations SET failed = false, attempts = 0, next_attempt_at = now()
    WHERE failed AND ($1 = '' OR user_id::text = $1)
)sql";

constexpr const char* retry_messages_sql = R"sql(
    UPDATE messages SET status = 'queued', attempts = 0, next_attempt_at = now()
    WHERE (status = 'failed' AND $1 = '') OR (status IN ('failed', 'unknown') AND id::text = $1)
)sql";

} // namespace

std::vector<PendingFailure> list_failures(postgres::Connection& connection)
{
    const auto rows = connection.execute(list_sql, {brake_counter});
    std::vector<PendingFailure> failures;
    for (std::size_t i = 0; i < rows.size(); ++i)
        failures.push_back({rows.text(i, 0), rows.text(i, 1), rows.text(i, 2),
                            to_iso8601(time_from_text(rows.view(i, 3)).value_or(Time{})), rows.text(i, 4),
                            rows.text(i, 5), rows.boolean(i, 6)});
    return failures;
}

std::size_t retry_failures(postgres::Connection& connection, const std::string& id)
{
    postgres::Transaction transaction{connection};
    std::size_t count = 0;
    for (const char* sql : {retry_events_sql, retry_reconciliations_sql, retry_messages_sql})
        count += connection.execute(sql, {id}).affected();
    if (count > 0)
        append_event(connection, {"admin.manual_retry", "", audit_payload("", {{"id", id.empty() ? "all" : id}}),
                                  AuditStatus::processed, "", ""});
    transaction.commit();
    return count;
}

} // namespace ciclo::model
