#include "model/stores/alert_store.hpp"

#include "core/json_writer.hpp"
#include "core/uuid.hpp"
#include "model/rules/alert_changes.hpp"
#include "model/stores/message_store.hpp"

#include <fmt/core.h>

#include <map>

namespace ciclo::model {

namespace {

// Kind, subject, detail of everything that is wrong now. The thresholds of provider_health.cpp: it writes
// open_until only for a provider that nobody should call.
constexpr const char* conditions_sql = R"sql(
    SELECT CASE WHEN provider = 'discord gateway' THEN 'discord_bot_refused'
                WHEN unauthorized THEN 'provider_unauthorized' ELSE 'provider_down' END,
           provider, coalesce(last_error, '')
    FROM provider_health WHERE open_until IS NOT NULL AND provider <> 'hotmart webhook'
    UNION ALL
    SELECT 'hottok_refused', 'hotmart', ''
    FROM provider_health
    WHERE provider = 'hotmart webhook'
      AND last_failure_at > coalesce((SELECT max(received_at) FROM webhook_events), '-infinity')
    UNION ALL
    SELECT 'reconciliations_failed', target,
           (array_agg(coalesce(last_error, '') ORDER BY wanted_at DESC))[1] || ' (' || count(*) || ')'
    FROM reconciliations WHERE failed GROUP BY target
    UNION ALL
    SELECT 'messages_failed', channel,
           (array_agg(coalesce(last_error, '') ORDER BY created_at DESC))[1] || ' (' || count(*) || ')'
    FROM messages WHERE status IN ('failed', 'unknown') GROUP BY channel
    UNION ALL
    SELECT 'events_failed', 'hotmart',
           (array_agg(coalesce(outcome, '') ORDER BY received_at DESC))[1] || ' (' || count(*) || ')'
    FROM webhook_events WHERE status = 'failed' HAVING count(*) > 0
    UNION ALL
    SELECT 'sweep_held', id::text, coalesce(reason, '') FROM discord_sweeps WHERE status = 'held'
    UNION ALL
    SELECT 'job_failed', last.job, coalesce(last.error, '')
    FROM (SELECT DISTINCT ON (job) job, status, error FROM job_runs WHERE finished_at IS NOT NULL
          ORDER BY job, finished_at DESC) AS last
    WHERE last.status = 'failed'
)sql";

constexpr const char* open_sql = "SELECT kind, subject, detail, opened_at FROM alerts WHERE closed_at IS NULL";

constexpr const char* insert_sql = R"sql(
    INSERT INTO alerts (id, kind, subject, detail) VALUES ($1, $2, $3, $4)
    ON CONFLICT (kind, subject) WHERE closed_at IS NULL DO NOTHING
)sql";

constexpr const char* close_sql = R"sql(
    UPDATE alerts SET closed_at = clock_timestamp() WHERE kind = $1 AND subject = $2 AND closed_at IS NULL
    RETURNING id, detail
)sql";

constexpr const char* hottok_sql = R"sql(
    INSERT INTO provider_health (provider, last_failure_at) VALUES ('hotmart webhook', clock_timestamp())
    ON CONFLICT (provider) DO UPDATE SET last_failure_at = excluded.last_failure_at
)sql";

constexpr std::string_view dead_letters_kind = "dead_letters";

using Alerts = std::map<AlertKey, std::string>;

Alerts read(const postgres::Rows& rows)
{
    Alerts alerts;
    for (std::size_t i = 0; i < rows.size(); ++i)
        alerts[{rows.text(i, 0), rows.text(i, 1)}] = rows.text(i, 2);
    return alerts;
}

// What the fault is called in the notification's text; the worker that posts knows the words.
std::optional<std::string> notify(postgres::Connection& connection, const std::string& alert_id, std::string_view state,
                                  const AlertKey& key, const std::string& detail)
{
    JsonWriter variables;
    variables.begin_object().member("subject", key.second).member("error", detail).end_object();
    return queue_message(connection, {.channel = "discord_notification",
                                      .cause_key = fmt::format("alert:{}:{}", alert_id, state),
                                      .user_id = "",
                                      .message_class = "service",
                                      .template_name = fmt::format("alert_{}_{}", key.first, state),
                                      .variables = std::string{variables.text()},
                                      .use_by = now() + std::chrono::hours{24},
                                      .correlation_id = alert_id});
}

} // namespace

std::vector<std::string> update_alerts(postgres::Connection& connection, std::optional<std::uint64_t> dead_letters)
{
    const postgres::Statement reads[] = {{open_sql, {}}, {conditions_sql, {}}};
    const auto answers = connection.pipeline(reads);
    Alerts open = read(answers[0]);
    Alerts true_now = read(answers[1]);
    const AlertKey dead_key{dead_letters_kind, "rabbitmq"};
    if (dead_letters && *dead_letters > 0)
        true_now[dead_key] = std::to_string(*dead_letters);
    if (!dead_letters)
        open.erase(dead_key);

    const AlertChanges changes = alert_changes(open, true_now);
    std::vector<std::string> messages;
    for (const AlertKey& key : changes.opened) {
        const std::string id = new_uuid();
        const std::string& detail = true_now[key];
        postgres::Transaction transaction{connection};
        const bool is_new = connection.execute(insert_sql, {id, key.first, key.second, detail}).affected() == 1;
        if (const auto message = is_new ? notify(connection, id, "opened", key, detail) : std::nullopt)
            messages.push_back(*message);
        transaction.commit();
    }
    for (const AlertKey& key : changes.closed) {
        postgres::Transaction transaction{connection};
        const auto closed = connection.execute(close_sql, {key.first, key.second});
        if (!closed.empty())
            if (const auto message = notify(connection, closed.text(0, 0), "closed", key, closed.text(0, 1)))
                messages.push_back(*message);
        transaction.commit();
    }
    return messages;
}

std::vector<OpenAlert> list_open_alerts(postgres::Connection& connection)
{
    const auto rows = connection.execute(open_sql);
    std::vector<OpenAlert> alerts;
    for (std::size_t i = 0; i < rows.size(); ++i)
        alerts.push_back(
            {rows.text(i, 0), rows.text(i, 1), rows.text(i, 2), time_from_text(rows.view(i, 3)).value_or(Time{})});
    return alerts;
}

void note_refused_hottok(postgres::Connection& connection)
{
    connection.execute(hottok_sql);
}

} // namespace ciclo::model
