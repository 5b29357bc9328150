#include "model/stores/student_summary.hpp"

namespace ciclo::model {

namespace {

constexpr const char* open_sql = R"sql(
    SELECT EXISTS (SELECT FROM reconciliations
                   WHERE user_id = $1 AND applied_version < wanted_version AND NOT failed AND target <> 'manychat'
                     AND last_error IS DISTINCT FROM 'the member has not accepted the guild''s rules yet')
        OR EXISTS (SELECT FROM messages WHERE user_id = $1 AND status IN ('queued', 'sending')
                                                AND channel <> 'manychat_flow')
)sql";

constexpr const char* user_sql = R"sql(
    SELECT email, coalesce(name, ''), coalesce(lifecycle, ''), coalesce(discord_id, '') FROM users
    WHERE id = $1
)sql";

constexpr const char* enrollments_sql = R"sql(
    SELECT products.name, enrollments.status, coalesce(origin_transaction, '') FROM enrollments
    JOIN products ON products.id = product_id WHERE user_id = $1 ORDER BY products.name
)sql";

constexpr const char* discord_sql = R"sql(
    SELECT array_to_string(seen_roles, ', '), present, pending FROM discord_members
    WHERE user_id = $1 ORDER BY seen_at DESC LIMIT 1
)sql";

constexpr const char* invite_sql = R"sql(
    SELECT code FROM discord_invites WHERE user_id = $1 ORDER BY created_at DESC LIMIT 1
)sql";

constexpr const char* trouble_sql = R"sql(
    SELECT target, last_error FROM reconciliations WHERE user_id = $1 AND (failed OR last_error IS NOT NULL)
    UNION ALL
    SELECT channel, last_error FROM messages WHERE user_id = $1 AND status IN ('failed', 'unknown')
)sql";

// Everything since the latest purchase was received, with the milliseconds it took.
constexpr const char* timeline_sql = R"sql(
    WITH start AS (
        SELECT max(webhook_events.received_at) AS at FROM facts JOIN webhook_events USING (id)
        WHERE facts.user_id = $1 AND facts.type = 'PURCHASE_APPROVED'
    )
    SELECT round(extract(epoch FROM events.created_at - start.at) * 1000)::bigint, type, status,
           coalesce(payload ->> 'to', payload ->> 'role_id', payload ->> 'transaction', ''),
           coalesce(error_message, '')
    FROM events, start WHERE target_id = $1 AND events.created_at >= start.at ORDER BY events.created_at, events.id
    LIMIT 50
)sql";

} // namespace

StudentSummary read_student_summary(postgres::Connection& connection, const std::string& user_id)
{
    const postgres::Statement statements[] = {{user_sql, {user_id}},    {enrollments_sql, {user_id}},
                                              {discord_sql, {user_id}}, {invite_sql, {user_id}},
                                              {trouble_sql, {user_id}}, {timeline_sql, {user_id}}};
    const auto answers = connection.pipeline(statements);
    const auto& user = answers[0];
    const auto& enrollments = answers[1];
    const auto& member = answers[2];
    const auto& invite = answers[3];
    const auto& troubles = answers[4];
    const auto& steps = answers[5];
    StudentSummary summary{user.text(0, 0), user.text(0, 1), user.text(0, 2), user.text(0, 3), {}, {}, {}, {}, {}};
    for (std::size_t i = 0; i < enrollments.size(); ++i)
        summary.access.push_back({enrollments.text(i, 0), enrollments.text(i, 1), enrollments.text(i, 2)});
    if (!member.empty())
        summary.member = {member.text(0, 0), member.boolean(0, 1), member.boolean(0, 2)};
    if (!invite.empty())
        summary.invite_code = invite.text(0, 0);
    for (std::size_t i = 0; i < troubles.size(); ++i)
        summary.troubles.push_back({troubles.text(i, 0), troubles.text(i, 1)});
    for (std::size_t i = 0; i < steps.size(); ++i)
        summary.steps.push_back(
            {steps.int64(i, 0), steps.text(i, 1), steps.text(i, 2), steps.text(i, 3), steps.text(i, 4)});
    return summary;
}

bool is_settled(postgres::Connection& connection, const std::string& user_id)
{
    return !connection.execute(open_sql, {user_id}).boolean(0, 0);
}

} // namespace ciclo::model
