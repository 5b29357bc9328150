#include "model/stores/onboarding_desk.hpp"

#include "core/json_writer.hpp"
#include "core/uuid.hpp"
#include "model/stores/discord_store.hpp"
#include "model/stores/event_log.hpp"
#include "model/stores/message_store.hpp"
#include "model/stores/onboarding_token.hpp"
#include "model/stores/reconciliation_store.hpp"

#include <fmt/core.h>

namespace ciclo::model {

namespace {

constexpr const char* stuck_sql = R"sql(
    WITH waiting AS (
        SELECT users.id, users.email, users.name, users.phone, token.since, token.expires_at,
               token.expires_at > now() AS is_good
        FROM users JOIN LATERAL (
            SELECT min(created_at) AS since, max(expires_at) AS expires_at FROM onboarding_tokens AS token
            WHERE token.user_id = users.id AND used_at IS NULL
              AND created_at > coalesce((SELECT max(created_at) FROM onboarding_tokens AS used
                                         WHERE used.user_id = users.id AND used_at IS NOT NULL), '-infinity')
        ) AS token ON token.since <= $1::timestamptz
        WHERE lifecycle = 'pending_onboarding'
    )
    SELECT waiting.id, email, coalesce(name, ''), coalesce(phone, ''),
           to_char(since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
           to_char(expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), is_good,
           coalesce(message.template, ''), coalesce(message.status, ''), coalesce(message.last_error, '')
    FROM waiting LEFT JOIN LATERAL (SELECT template, status, last_error FROM messages
                                    WHERE messages.user_id = waiting.id AND channel <> 'discord_notification'
                                    ORDER BY created_at DESC LIMIT 1) AS message ON true
    WHERE $2 = '' OR (since, waiting.id) > (SELECT place.since, place.id FROM waiting AS place WHERE place.id::text = $2)
    ORDER BY since, waiting.id LIMIT $3::int
)sql";

constexpr const char* lifecycle_sql = "SELECT coalesce(lifecycle, '') FROM users WHERE id = $1 FOR UPDATE";

// With the invite that is still open, as in every other message of this kind.
NewMessage message_about_code(postgres::Connection& connection, const std::string& user_id,
                              const std::string& correlation_id, Time now)
{
    const auto invite = find_open_invite(connection, user_id);
    JsonWriter variables;
    variables.begin_object().member_if("invite_code", invite ? invite->code : "").end_object();
    NewMessage message;
    message.channel = "email";
    message.cause_key = "new_code:" + correlation_id;
    message.user_id = user_id;
    message.template_name = "onboarding_follow_up";
    message.variables = variables.text();
    message.use_by = now + onboarding_token_life;
    message.correlation_id = correlation_id;
    return message;
}

} // namespace

std::vector<StuckStudent> stuck_onboardings(postgres::Connection& connection, Time since, const std::string& after_id,
                                            int most)
{
    const auto rows = connection.execute(stuck_sql, {to_iso8601(since), after_id, most});
    std::vector<StuckStudent> stuck;
    for (std::size_t i = 0; i < rows.size(); ++i)
        stuck.push_back({rows.text(i, 0), rows.text(i, 1), rows.text(i, 2), rows.text(i, 3), rows.text(i, 4),
                         rows.text(i, 5), rows.boolean(i, 6), rows.text(i, 7), rows.text(i, 8), rows.text(i, 9)});
    return stuck;
}

Result<RenewedToken> renew_onboarding_token(postgres::Connection& connection, const std::string& user_id,
                                            bool send_email, const std::string& actor_id, Time now)
{
    postgres::Transaction transaction{connection};
    const auto rows = connection.execute(lifecycle_sql, {user_id});
    if (rows.empty())
        return Error{ErrorKind::not_found, fmt::format("There is no student {}.", user_id), {}};
    if (rows.view(0, 0) != "pending_onboarding")
        return Error{ErrorKind::refused,
                     fmt::format("A code is for students who are to register; this one is {}.",
                                 rows.view(0, 0).empty() ? "without any purchase" : rows.view(0, 0)),
                     {}};
    const auto expire = expire_onboarding_tokens({&user_id, 1});
    connection.execute(expire.sql, expire.params);
    const NewOnboardingToken token = new_onboarding_token(user_id, now);
    const WantedReconciliation manychat{user_id, "manychat", new_uuid()};
    const postgres::Statement statements[] = {
        insert_onboarding_tokens({&token, 1}),
        want_reconciliations({&manychat, 1}),
    };
    connection.pipeline(statements);
    RenewedToken renewed{token.token, to_iso8601(now + onboarding_token_life), manychat.correlation_id, {}};
    if (send_email)
        renewed.email_id =
            queue_message(connection, message_about_code(connection, user_id, renewed.correlation_id, now))
                .value_or("");
    // The code itself is a secret.
    append_event(connection, {"admin.onboarding_token_renewed", user_id, audit_payload(renewed.correlation_id),
                              AuditStatus::processed, "", actor_id});
    transaction.commit();
    return renewed;
}

} // namespace ciclo::model
