#include "student_report.hpp"

#include <fmt/core.h>

namespace ciclo::cli {

namespace {

constexpr const char* open_sql = R"sql(
    SELECT EXISTS (SELECT FROM reconciliations
                   WHERE user_id = $1 AND applied_version < wanted_version AND NOT failed AND target <> 'manychat'
                     AND last_error IS DISTINCT FROM 'the member has not accepted the guild''s rules yet')
        OR EXISTS (SELECT FROM messages WHERE user_id = $1 AND status IN ('queued', 'sending')
                                                AND channel <> 'manychat_flow')
)sql";

constexpr const char* user_sql = R"sql(
    SELECT email, coalesce(name, ''), coalesce(lifecycle, 'no purchase yet'), coalesce(discord_id, '') FROM users
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

void add_discord(std::string& text, postgres::Connection& connection, const std::string& user_id,
                 const std::string& discord_id)
{
    const auto invite = connection.execute(invite_sql, {user_id});
    if (discord_id.empty()) {
        text += invite.empty()
                    ? "  Discord     no account known\n"
                    : fmt::format("  Discord     invited by e-mail: https://discord.gg/{}\n", invite.view(0, 0));
        return;
    }
    const auto member = connection.execute(discord_sql, {user_id});
    if (member.empty())
        text += fmt::format("  Discord     account {}, not looked up yet\n", discord_id);
    else if (!member.boolean(0, 1))
        text += fmt::format("  Discord     account {}, not in the guild\n", discord_id);
    else
        text += fmt::format("  Discord     account {}, roles: {}{}\n", discord_id,
                            member.view(0, 0).empty() ? "none" : member.view(0, 0),
                            member.boolean(0, 2) ? " (has not accepted the rules yet)" : "");
}

} // namespace

bool is_settled(postgres::Connection& connection, const std::string& user_id)
{
    return !connection.execute(open_sql, {user_id}).boolean(0, 0);
}

std::string student_report(postgres::Connection& connection, const std::string& user_id)
{
    const auto user = connection.execute(user_sql, {user_id});
    std::string text = fmt::format("{} <{}>\n  State       {}\n", user.view(0, 1), user.view(0, 0), user.view(0, 2));
    const auto enrollments = connection.execute(enrollments_sql, {user_id});
    for (std::size_t i = 0; i < enrollments.size(); ++i)
        text += fmt::format("  Access      {}: {} ({})\n", enrollments.view(i, 0), enrollments.view(i, 1),
                            enrollments.view(i, 2));
    add_discord(text, connection, user_id, user.text(0, 3));
    const auto trouble = connection.execute(trouble_sql, {user_id});
    for (std::size_t i = 0; i < trouble.size(); ++i)
        text += fmt::format("  Trouble     {}: {}\n", trouble.view(i, 0), trouble.view(i, 1));
    const auto timeline = connection.execute(timeline_sql, {user_id});
    if (!timeline.empty())
        text += "  Since the latest purchase was received:\n";
    for (std::size_t i = 0; i < timeline.size(); ++i)
        text += fmt::format("    {:>7} ms  {:<26} {} {} {}\n", timeline.int64(i, 0), timeline.view(i, 1),
                            timeline.view(i, 3), timeline.view(i, 2) == "processed" ? "" : timeline.view(i, 2),
                            timeline.view(i, 4));
    return text;
}

} // namespace ciclo::cli
