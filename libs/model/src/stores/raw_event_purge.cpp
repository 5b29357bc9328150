#include "model/stores/raw_event_purge.hpp"

namespace ciclo::model {

namespace {

constexpr const char* purge_sql = R"sql(
    WITH page AS (
        SELECT id FROM webhook_events
        WHERE id > coalesce(nullif($2, ''), '00000000-0000-0000-0000-000000000000')::uuid
          AND received_at < $1::timestamptz AND payload IS NOT NULL AND status IN ('processed', 'ignored')
        ORDER BY id LIMIT $3::int
    ), purged AS (
        UPDATE webhook_events SET payload = NULL FROM page WHERE webhook_events.id = page.id
        RETURNING webhook_events.id
    )
    SELECT count(*), max(id::text) FROM purged
)sql";

constexpr const char* count_sql = R"sql(
    SELECT count(*) FROM webhook_events
    WHERE id > coalesce(nullif($2, ''), '00000000-0000-0000-0000-000000000000')::uuid
      AND received_at < $1::timestamptz AND payload IS NOT NULL AND status IN ('processed', 'ignored')
)sql";

constexpr const char* rejected_sql = R"sql(
    DELETE FROM rejected_webhooks
    WHERE id IN (SELECT id FROM rejected_webhooks WHERE received_at < $1::timestamptz ORDER BY received_at LIMIT $2::int)
)sql";

} // namespace

PurgedPage purge_events(postgres::Connection& connection, Time received_before, const std::string& after, int most)
{
    const auto rows = connection.execute(purge_sql, {to_iso8601(received_before), after, most});
    return {rows.text(0, 1), rows.int64(0, 0)};
}

std::int64_t count_purgeable_events(postgres::Connection& connection, Time received_before, const std::string& after)
{
    return connection.execute(count_sql, {to_iso8601(received_before), after}).int64(0, 0);
}

std::int64_t delete_rejected_webhooks(postgres::Connection& connection, Time received_before, int most)
{
    return static_cast<std::int64_t>(connection.execute(rejected_sql, {to_iso8601(received_before), most}).affected());
}

} // namespace ciclo::model
