#include "model/stores/event_retry.hpp"

#include "core/json.hpp"
#include "core/uuid.hpp"
#include "model/rules/job_catalogue.hpp"
#include "model/stores/event_log.hpp"
#include "model/stores/job_run_store.hpp"

#include <fmt/core.h>

namespace ciclo::model {

namespace {

using Kind = RetriedEffect::Kind;

constexpr const char* find_sql = R"sql(
    SELECT type, status, coalesce(target_id::text, ''), payload FROM events WHERE id = $1 FOR UPDATE
)sql";

constexpr const char* webhook_sql = R"sql(
    UPDATE webhook_events SET status = 'received', attempts = 0, next_attempt_at = now(), outcome = NULL
    WHERE id = $1 AND status IN ('failed', 'unprocessed') AND payload IS NOT NULL
)sql";

// Also when it has been applied since: it is compared and made good once more.
constexpr const char* reconciliation_sql = R"sql(
    UPDATE reconciliations
    SET wanted_version = wanted_version + 1, wanted_at = now(), failed = false, attempts = 0, next_attempt_at = now()
    WHERE user_id = $1 AND target = $2
)sql";

constexpr const char* message_sql = R"sql(
    UPDATE messages SET status = 'queued', attempts = 0, next_attempt_at = now(), leased_until = NULL
    WHERE id = $1 AND status IN ('failed', 'unknown')
    RETURNING channel, coalesce(correlation_id::text, id::text)
)sql";
constexpr const char* message_status_sql = "SELECT status FROM messages WHERE id = $1";

constexpr const char* run_sql = "SELECT job, parameters FROM job_runs WHERE id = $1";

constexpr const char* remember_sql = R"sql(
    INSERT INTO event_retries (event_id, effect, effect_id) VALUES ($1, $2, $3)
    ON CONFLICT (event_id) DO UPDATE SET effect = excluded.effect, effect_id = excluded.effect_id
)sql";

struct FailedEvent {
    std::string id;
    std::string type;
    std::string target_id;
    JsonDocument payload;
};

Error nothing_to_do(std::string_view why)
{
    return Error{ErrorKind::refused, std::string{why}, {}};
}

std::string uuid_in(const FailedEvent& event, std::string_view member)
{
    auto text = event.payload.root()[member].text();
    return is_uuid(text) ? text : std::string{};
}

Result<RetriedEffect> retry_webhook(postgres::Connection& connection, const FailedEvent& event)
{
    const std::string id = uuid_in(event, "correlation_id");
    if (id.empty() || connection.execute(webhook_sql, {id}).affected() == 0)
        return nothing_to_do("What Hotmart sent is not waiting for a retry any more: it was processed since, or its "
                             "raw payload has been purged.");
    return RetriedEffect{Kind::webhook, id, id, {}};
}

Result<RetriedEffect> retry_reconciliation(postgres::Connection& connection, const FailedEvent& event, Kind kind)
{
    const std::string target = kind == Kind::discord ? "discord" : "manychat";
    if (event.target_id.empty() || connection.execute(reconciliation_sql, {event.target_id, target}).affected() == 0)
        return nothing_to_do("This student is not known any more, or was merged with another one.");
    connection.execute(remember_sql, {event.id, target, event.target_id});
    const std::string correlation_id = uuid_in(event, "correlation_id");
    return RetriedEffect{kind, event.target_id, correlation_id.empty() ? event.target_id : correlation_id, {}};
}

Result<RetriedEffect> retry_message(postgres::Connection& connection, const FailedEvent& event)
{
    const std::string id = uuid_in(event, "message_id");
    if (id.empty())
        return nothing_to_do("This event names no message.");
    const auto rows = connection.execute(message_sql, {id});
    if (rows.empty()) {
        const auto status = connection.execute(message_status_sql, {id});
        return nothing_to_do(status.empty()
                                 ? std::string{"The message does not exist any more."}
                                 : fmt::format("The message is {}: there is nothing to try again.", status.view(0, 0)));
    }
    connection.execute(remember_sql, {event.id, "message", id});
    const auto channel = rows.view(0, 0);
    const Kind kind = channel == "email"           ? Kind::email
                      : channel == "manychat_flow" ? Kind::manychat_flow
                                                   : Kind::discord_notification;
    return RetriedEffect{kind, id, rows.text(0, 1), {}};
}

Result<RetriedEffect> retry_job(postgres::Connection& connection, const FailedEvent& event, const std::string& actor_id)
{
    const auto rows = connection.execute(run_sql, {uuid_in(event, "job_run_id")});
    if (rows.empty())
        return nothing_to_do("This run is not remembered any more: start the job anew.");
    NewJobRun wanted;
    wanted.job = rows.text(0, 0);
    wanted.parameters = rows.text(0, 1);
    wanted.requested_by = actor_id;
    const auto run = request_job_run(connection, wanted);
    if (!run)
        return run.error();
    connection.execute(remember_sql, {event.id, "job", run->id});
    return RetriedEffect{Kind::job, run->id, run->correlation_id, wanted.job};
}

Result<RetriedEffect> retry_effect(postgres::Connection& connection, const FailedEvent& event,
                                   const std::string& actor_id)
{
    if (event.type.starts_with("hotmart.") && !event.payload.root()["job_run_id"].exists())
        return retry_webhook(connection, event);
    if (event.type == "discord.reconciliation")
        return retry_reconciliation(connection, event, Kind::discord);
    if (event.type == "manychat.reconciliation")
        return retry_reconciliation(connection, event, Kind::manychat);
    if (!uuid_in(event, "job_run_id").empty())
        return retry_job(connection, event, actor_id);
    if (event.payload.root()["message_id"].exists())
        return retry_message(connection, event);
    return nothing_to_do(fmt::format("An event of the type {} cannot be run again: ask for it anew.", event.type));
}

std::string_view name_of(Kind kind) noexcept
{
    switch (kind) {
    case Kind::webhook:
        return "webhook";
    case Kind::discord:
        return "discord";
    case Kind::manychat:
        return "manychat";
    case Kind::email:
        return "email";
    case Kind::manychat_flow:
        return "manychat_flow";
    case Kind::discord_notification:
        return "discord_notification";
    case Kind::job:
        return "job";
    }
    return "";
}

} // namespace

Result<RetriedEffect> retry_event(postgres::Connection& connection, const std::string& event_id,
                                  const std::string& actor_id)
{
    postgres::Transaction transaction{connection};
    const auto rows = connection.execute(find_sql, {event_id});
    if (rows.empty())
        return Error{ErrorKind::not_found, fmt::format("There is no event {}.", event_id), {}};
    if (rows.view(0, 1) != "failed")
        return nothing_to_do(fmt::format("The event is {}: only failed ones can be tried again.", rows.view(0, 1)));
    auto payload = JsonDocument::parse(rows.view(0, 3));
    if (!payload)
        return payload.error();
    const FailedEvent event{event_id, rows.text(0, 0), rows.text(0, 2), *std::move(payload)};
    auto retried = retry_effect(connection, event, actor_id);
    if (!retried)
        return retried;
    append_event(connection, {"admin.manual_retry", event.target_id,
                              audit_payload(retried->correlation_id, {{"event_id", event_id},
                                                                      {"effect", name_of(retried->kind)},
                                                                      {"effect_id", retried->id}}),
                              AuditStatus::processed, "", actor_id});
    transaction.commit();
    return retried;
}

} // namespace ciclo::model
