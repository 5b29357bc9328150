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
