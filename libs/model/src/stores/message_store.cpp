#include "model/stores/message_store.hpp"

#include "core/uuid.hpp"

namespace ciclo::model {

namespace {

// Known causes are left out before ON CONFLICT would have to.
constexpr const char* queue_sql = R"sql(
    INSERT INTO messages (id, channel, cause_key, user_id, class, template, variables, use_by, correlation_id)
    SELECT id::uuid, channel, cause_key, user_id::uuid, class, template, variables::jsonb, use_by::timestamptz,
           correlation_id::uuid
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                $9::text[])
        AS new (id, channel, cause_key, user_id, class, template, variables, use_by, correlation_id)
    WHERE NOT EXISTS (SELECT FROM messages AS old WHERE old.cause_key = new.cause_key)
    ON CONFLICT (cause_key) DO NOTHING
    RETURNING id
)sql";

// The old row tells whether an earlier attempt got as far as `sending`.
constexpr const char* lease_sql = R"sql(
    UPDATE messages AS message
    SET status = 'sending', attempts = message.attempts + 1,
        first_attempt_at = coalesce(message.first_attempt_at, now()),
        leased_until = now() + $3::int * interval '1 second', leased_by = pg_backend_pid()
    FROM (SELECT id, status FROM messages WHERE id = $1 FOR UPDATE) AS old
    WHERE message.id = old.id AND message.channel = $2 AND message.status IN ('queued', 'sending')
      AND NOT lease_held(message.leased_until, message.leased_by)
      AND (message.next_attempt_at IS NULL OR message.next_attempt_at <= now())
    RETURNING message.id, user_id, template, variables, request, old.status = 'sending',
              coalesce(use_by < now(), false), message.attempts, first_attempt_at, correlation_id
)sql";

constexpr const char* request_sql = "UPDATE messages SET request = $2 WHERE id = $1";

constexpr const char* sent_sql = R"sql(
    UPDATE messages SET status = 'sent', sent_at = clock_timestamp(), provider_message_id = nullif($2, ''),
                        leased_until = NULL, next_attempt_at = NULL, last_error = NULL
    WHERE id = $1
)sql";

constexpr const char* ended_sql = R"sql(
    UPDATE messages SET status = $2, last_error = $3, leased_until = NULL, next_attempt_at = NULL WHERE id = $1
)sql";

constexpr const char* postpone_sql = R"sql(
    UPDATE messages
    SET status = 'queued', last_error = $2, leased_until = NULL, attempts = attempts - $4::int,
        next_attempt_at = clock_timestamp() + $3::bigint * interval '1 millisecond'
    WHERE id = $1
)sql";

std::string_view to_string(MessageEnd end) noexcept
{
    switch (end) {
    case MessageEnd::failed:
        return "failed";
    case MessageEnd::unknown:
        return "unknown";
    case MessageEnd::expired:
        return "expired";
    }
    return "failed";
}

} // namespace

postgres::Statement queue_messages(std::span<const NewMessage> messages)
{
    postgres::TextArray ids;
    postgres::TextArray channels;
    postgres::TextArray causes;
    postgres::TextArray users;
    postgres::TextArray classes;
    postgres::TextArray templates;
    postgres::TextArray variables;
    postgres::TextArray uses;
    postgres::TextArray correlations;
    for (const NewMessage& message : messages) {
        ids.add(new_uuid());
        channels.add(std::string_view{message.channel});
        causes.add(std::string_view{message.cause_key});
        users.add_or_null(message.user_id);
        classes.add(std::string_view{message.message_class});
        templates.add(std::string_view{message.template_name});
        variables.add(std::string_view{message.variables});
        uses.add_or_null(message.use_by ? to_iso8601(*message.use_by) : std::string{});
        correlations.add_or_null(message.correlation_id);
    }
    return {queue_sql, {ids, channels, causes, users, classes, templates, variables, uses, correlations}};
}

std::optional<std::string> queue_message(postgres::Connection& connection, const NewMessage& message)
{
    const auto statement = queue_messages({&message, 1});
    const auto rows = connection.execute(statement.sql, statement.params);
    return rows.empty() ? std::nullopt : std::optional{rows.text(0, 0)};
}

std::optional<LeasedMessage> lease_message(postgres::Connection& connection, std::string_view channel,
                                           std::string_view id, std::chrono::seconds duration)
{
    const auto rows = connection.execute(lease_sql, {id, channel, std::int64_t{duration.count()}});
    if (rows.empty())
        return std::nullopt;
    return LeasedMessage{rows.text(0, 0),
                         rows.text(0, 1),
                         rows.text(0, 2),
                         rows.text(0, 3),
                         rows.text(0, 4),
                         rows.boolean(0, 5),
                         rows.boolean(0, 6),
                         static_cast<int>(rows.int64(0, 7)),
                         time_from_text(rows.view(0, 8)),
                         rows.text(0, 9)};
}

void record_request(postgres::Connection& connection, const std::string& id, std::string_view request)
{
    connection.execute(request_sql, {id, request});
}

void mark_sent(postgres::Connection& connection, const std::string& id, std::string_view provider_message_id)
{
    connection.execute(sent_sql, {id, provider_message_id});
}

void mark_ended(postgres::Connection& connection, const std::string& id, MessageEnd end, std::string_view error)
{
    connection.execute(ended_sql, {id, to_string(end), error});
}

void postpone_message(postgres::Connection& connection, const std::string& id, std::string_view error,
                      std::chrono::milliseconds delay, bool uses_attempt)
{
    connection.execute(postpone_sql, {id, error, std::int64_t{delay.count()}, uses_attempt ? 0 : 1});
}

} // namespace ciclo::model
