#include "model/stores/event_log.hpp"

#include "core/json_writer.hpp"
#include "core/uuid.hpp"

namespace ciclo::model {

namespace {

using postgres::TextArray;

constexpr const char* append_sql = R"sql(
    INSERT INTO events (id, type, actor_id, target_id, payload, status, error_message, created_at)
    SELECT id::uuid, type, actor_id::uuid, target_id::uuid, payload::jsonb, status, error_message, clock_timestamp()
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
        AS new (id, type, actor_id, target_id, payload, status, error_message)
)sql";

constexpr const char* settle_sql = R"sql(
    UPDATE events SET status = 'processed'
    WHERE status = 'failed' AND payload ->> 'correlation_id' = ANY ($1::text[]) AND type LIKE 'hotmart.%'
    RETURNING payload ->> 'correlation_id'
)sql";

constexpr const char* read_sql = R"sql(
    SELECT id, to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), type, status,
           coalesce(target_id::text, ''), payload, coalesce(error_message, '')
    FROM (SELECT * FROM events WHERE id > coalesce(nullif($1, ''), '00000000-0000-0000-0000-000000000000')::uuid
                                 AND ($2 = '' OR type = $2)
          ORDER BY id DESC LIMIT $3::int) AS newest
    ORDER BY id
)sql";

std::string_view to_string(AuditStatus status) noexcept
{
    switch (status) {
    case AuditStatus::processed:
        return "processed";
    case AuditStatus::failed:
        return "failed";
    case AuditStatus::ignored:
        return "ignored";
    }
    return "failed";
}

} // namespace

postgres::Statement append_events(std::span<const AuditEvent> events)
{
    TextArray ids;
    TextArray types;
    TextArray actors;
    TextArray targets;
    TextArray payloads;
    TextArray statuses;
    TextArray errors;
    for (const AuditEvent& event : events) {
        ids.add(new_uuid());
        types.add(std::string_view{event.type});
        actors.add_or_null(event.actor_id);
        targets.add_or_null(event.target_id);
        payloads.add(std::string_view{event.payload});
        statuses.add(to_string(event.status));
        errors.add_or_null(event.error_message);
    }
    return {append_sql, {ids, types, actors, targets, payloads, statuses, errors}};
}

void append_event(postgres::Connection& connection, const AuditEvent& event)
{
    const postgres::Statement statement = append_events(std::span{&event, 1});
    connection.execute(statement.sql, statement.params);
}

std::set<std::string> settle_failed_events(postgres::Connection& connection,
                                           std::span<const std::string> correlation_ids)
{
    TextArray ids;
    for (const auto& id : correlation_ids)
        ids.add(std::string_view{id});
    const auto rows = connection.execute(settle_sql, {ids});
    std::set<std::string> settled;
    for (std::size_t i = 0; i < rows.size(); ++i)
        settled.insert(rows.text(i, 0));
    return settled;
}

std::vector<LoggedEvent> read_events(postgres::Connection& connection, const std::string& after, std::string_view type,
                                     int most)
{
    const auto rows = connection.execute(read_sql, {after, type, most});
    std::vector<LoggedEvent> events;
    for (std::size_t i = 0; i < rows.size(); ++i)
        events.push_back(LoggedEvent{rows.text(i, 0), rows.text(i, 1), rows.text(i, 2), rows.text(i, 3),
                                     rows.text(i, 4), rows.text(i, 5), rows.text(i, 6)});
    return events;
}

std::string audit_payload(std::string_view correlation_id,
                          std::initializer_list<std::pair<std::string_view, std::string_view>> members)
{
    JsonWriter json;
    json.begin_object().member_if("correlation_id", correlation_id);
    for (const auto& [name, value] : members)
        json.member_if(name, value);
    json.end_object();
    return std::string{json.text()};
}

} // namespace ciclo::model
