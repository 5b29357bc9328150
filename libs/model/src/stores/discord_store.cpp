#include "model/stores/discord_store.hpp"

#include "core/text.hpp"

namespace ciclo::model {

namespace {

// An imported student without an account is active already: nobody is to be invited.
constexpr const char* user_sql = R"sql(
    SELECT email, discord_id FROM users
    WHERE id = $1 AND (discord_id IS NOT NULL OR lifecycle IS DISTINCT FROM 'active')
)sql";

constexpr const char* wanted_sql = R"sql(
    SELECT entitled.value, product.name
    FROM access_entitlements AS entitled JOIN products AS product ON product.id = entitled.product_id
    WHERE entitled.user_id = $1 AND entitled.status = 'active' AND entitled.kind = 'discord_role'
    ORDER BY product.name
)sql";

constexpr const char* managed_sql = R"sql(
    SELECT value FROM access_rules WHERE kind = 'discord_role'
    UNION
    SELECT value FROM settings WHERE key = 'visitor_role_id' AND value <> ''
)sql";

// A student who was merged while we looked is nobody any more: the account stays with whom the merge gave it to, or
// waits for the next look. The lock waits for a merge that is under way.
constexpr const char* member_sql = R"sql(
    WITH student AS MATERIALIZED (SELECT id FROM users WHERE id = $2 FOR KEY SHARE)
    INSERT INTO discord_members AS member (discord_id, user_id, present, pending, seen_roles, seen_at, applied_at)
    VALUES ($1, (SELECT id FROM student), $3, $4, $5::text[], $6, CASE WHEN $7::boolean THEN now() END)
    ON CONFLICT (discord_id) DO UPDATE
    SET user_id = coalesce(excluded.user_id, member.user_id), present = excluded.present, pending = excluded.pending,
        seen_roles = excluded.seen_roles, seen_at = excluded.seen_at,
        applied_at = coalesce(excluded.applied_at, member.applied_at)
    WHERE member.seen_at <= excluded.seen_at
)sql";

constexpr const char* open_invite_sql = R"sql(
    SELECT code, user_id, channel_id, created_at, expires_at FROM discord_invites
    WHERE user_id = $1 AND expires_at > now() + interval '1 hour' AND gone_at IS NULL AND used_by IS NULL
    ORDER BY expires_at DESC LIMIT 1
)sql";

constexpr const char* insert_invite_sql = R"sql(
    INSERT INTO discord_invites (code, user_id, channel_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)
)sql";

} // namespace

std::optional<DiscordWish> read_discord_wish(postgres::Connection& connection, const std::string& user_id)
{
    // One snapshot is not needed: whatever changes in between raises the wanted version, and we go again.
    const postgres::Statement statements[] = {{user_sql, {user_id}}, {wanted_sql, {user_id}}, {managed_sql, {}}};
    const auto answers = connection.pipeline(statements);
    if (answers[0].empty())
        return std::nullopt;
    DiscordWish wish;
    wish.email = answers[0].text(0, 0);
    wish.discord_id = answers[0].text(0, 1);
    for (std::size_t i = 0; i < answers[1].size(); ++i) {
        wish.roles.insert(answers[1].text(i, 0));
        if (const auto name = answers[1].text(i, 1); wish.product_names.empty() || wish.product_names.back() != name)
            wish.product_names.push_back(name);
    }
    for (std::size_t i = 0; i < answers[2].size(); ++i)
        wish.managed.insert(answers[2].text(i, 0));
    return wish;
}

std::set<std::string> managed_roles(postgres::Connection& connection)
{
    const auto rows = connection.execute(managed_sql);
    std::set<std::string> roles;
    for (std::size_t i = 0; i < rows.size(); ++i)
        roles.insert(rows.text(i, 0));
    return roles;
}

void record_member(postgres::Connection& connection, const SeenMember& member)
{
    postgres::TextArray roles;
    for (const auto& role : member.roles)
        roles.add(std::string_view{role});
    connection.execute(member_sql, {member.discord_id, member.user_id, member.present, member.pending, roles,
                                    to_iso8601(member.seen_at), member.changed_by_us});
}

std::optional<Invite> find_open_invite(postgres::Connection& connection, const std::string& user_id)
{
    const auto rows = connection.execute(open_invite_sql, {user_id});
    if (rows.empty())
        return std::nullopt;
    return Invite{rows.text(0, 0), rows.text(0, 1), rows.text(0, 2), time_from_text(rows.view(0, 3)).value_or(Time{}),
                  time_from_text(rows.view(0, 4)).value_or(Time{})};
}

void record_invite(postgres::Connection& connection, const Invite& invite)
{
    connection.execute(insert_invite_sql, {invite.code, invite.user_id, invite.channel_id,
                                           to_iso8601(invite.created_at), to_iso8601(invite.expires_at)});
}

} // namespace ciclo::model
