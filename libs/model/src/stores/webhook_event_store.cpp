#include "model/stores/webhook_event_store.hpp"

#include "core/uuid.hpp"

namespace ciclo::model {

namespace {

using postgres::TextArray;

// In one order everywhere: two gateways that got the same deliveries must not wait for each other.
constexpr const char* insert_sql = R"sql(
    INSERT INTO webhook_events (id, provider_event_id, event_type, payload, received_at)
    SELECT id::uuid, provider_event_id, event_type, payload, received_at::timestamptz
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) WITH ORDINALITY
        AS new (id, provider_event_id, event_type, payload, received_at, place)
    ORDER BY id, place
    ON CONFLICT (id) DO NOTHING
    RETURNING id
)sql";

// decode() takes any bytes; a bytea parameter would need a binary parameter type of its own.
constexpr const char* reject_sql = R"sql(
    INSERT INTO rejected_webhooks (id, received_at, reason, content_type, body)
    VALUES ($1, $2, $3, $4, decode($5, 'hex'))
)sql";

// coalesce() keeps the planner from the index of all waiting events: with a backlog, that one is long.
constexpr const char* claim_sql = R"sql(
    SELECT id, event_type, payload, received_at, attempts, processed_at IS NOT NULL
    FROM webhook_events
    WHERE id = ANY ($1::uuid[]) AND coalesce(status, '') = 'received'
    FOR UPDATE SKIP LOCKED
)sql";

constexpr const char* finish_sql = R"sql(
    UPDATE webhook_events AS event
    SET status = done.status, outcome = done.reason, processed_at = clock_timestamp(), next_attempt_at = NULL
    FROM unnest($1::text[], $2::text[], $3::text[]) AS done (id, status, reason)
    WHERE event.id = done.id::uuid
)sql";

constexpr const char* postpone_sql = R"sql(
    UPDATE webhook_events SET attempts = attempts + 1, outcome = $2, next_attempt_at = $3
    WHERE id = $1 AND status = 'received'
)sql";

std::string hex(std::string_view bytes)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const char byte : bytes) {
        text += digits[static_cast<unsigned char>(byte) >> 4];
        text += digits[static_cast<unsigned char>(byte) & 15];
    }
    return text;
}

} // namespace

std::set<std::string> insert_webhook_events(postgres::Connection& connection, std::span<const NewWebhookEvent> events)
{
    TextArray ids;
    TextArray provider_ids;
    TextArray types;
    TextArray payloads;
    TextArray times;
    for (const NewWebhookEvent& event : events) {
        ids.add(event.id);
        provider_ids.add_or_null(event.provider_event_id);
        types.add(event.event_type);
        payloads.add(event.payload);
        times.add(to_iso8601(event.received_at));
    }
    const auto rows = connection.execute(insert_sql, {ids, provider_ids, types, payloads, times});
    std::set<std::string> inserted;
    for (std::size_t i = 0; i < rows.size(); ++i)
        inserted.insert(rows.text(i, 0));
    return inserted;
}

void insert_rejected_webhook(postgres::Connection& connection, const RejectedWebhook& rejected)
{
    connection.execute(reject_sql, {new_uuid(), to_iso8601(rejected.received_at), rejected.reason,
                                    rejected.content_type, hex(rejected.body)});
}

std::vector<ReceivedEvent> claim_webhook_events(postgres::Connection& connection, std::span<const std::string> ids)
{
    postgres::UuidArray wanted;
    for (const auto& id : ids)
        wanted.add(id);
    const auto rows = connection.execute(claim_sql, {wanted});
    std::vector<ReceivedEvent> events;
    events.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
        events.push_back(ReceivedEvent{rows.text(i, 0), rows.text(i, 1), rows.text(i, 2),
                                       time_from_text(rows.view(i, 3)).value_or(Time{}),
                                       static_cast<int>(rows.int64(i, 4)), rows.boolean(i, 5)});
    return events;
}

std::string_view to_string(WebhookStatus status) noexcept
{
    switch (status) {
    case WebhookStatus::processed:
        return "processed";
    case WebhookStatus::ignored:
        return "ignored";
    case WebhookStatus::no_match:
        return "no_match";
    case WebhookStatus::unprocessed:
        return "unprocessed";
    case WebhookStatus::failed:
        return "failed";
    }
    return "failed";
}

postgres::Statement finish_webhook_events(std::span<const WebhookOutcome> outcomes)
{
    TextArray ids;
    TextArray statuses;
    TextArray reasons;
    for (const WebhookOutcome& outcome : outcomes) {
        ids.add(std::string_view{outcome.id});
        statuses.add(to_string(outcome.status));
        reasons.add_or_null(outcome.reason);
    }
    return {finish_sql, {ids, statuses, reasons}};
}

void postpone_webhook_event(postgres::Connection& connection, const std::string& id, std::string_view error,
                            Time next_attempt_at)
{
    connection.execute(postpone_sql, {id, error, to_iso8601(next_attempt_at)});
}

} // namespace ciclo::model
