#include "model/stores/join_store.hpp"

namespace ciclo::model {

namespace {

// Links that are not folded yet are not known here; their fold asks for the reconciliation itself.
constexpr const char* see_sql = R"sql(
    WITH owner AS (
        SELECT id FROM users WHERE discord_id = $1
    ), before AS (
        SELECT present, pending FROM discord_members WHERE discord_id = $1
    ), seen AS (
        INSERT INTO discord_members AS member (discord_id, user_id, present, pending, seen_roles, seen_at)
        VALUES ($1, (SELECT id FROM owner), $2::boolean, coalesce($3::boolean, false), $4::text[], $5::timestamptz)
        ON CONFLICT (discord_id) DO UPDATE
        SET user_id = excluded.user_id, present = excluded.present, pending = coalesce($3::boolean, member.pending),
            seen_roles = excluded.seen_roles, seen_at = excluded.seen_at
        WHERE member.seen_at <= excluded.seen_at
    )
    SELECT (SELECT id FROM owner), (SELECT present FROM before), (SELECT pending FROM before)
)sql";

constexpr const char* find_seen_sql = R"sql(
    SELECT present, pending, role, seen_at
    FROM discord_members LEFT JOIN LATERAL unnest(seen_roles) AS role ON true WHERE discord_id = $1
)sql";

constexpr const char* under_way_sql = R"sql(
    SELECT EXISTS (SELECT FROM reconciliations
                   WHERE user_id = $1 AND target = 'discord' AND applied_version < wanted_version AND NOT failed
                     AND lease_held(leased_until, leased_by))
)sql";

constexpr const char* given_up_sql =
    "SELECT EXISTS (SELECT FROM reconciliations WHERE user_id = $1 AND target = 'discord' AND failed)";

constexpr const char* join_sql = R"sql(
    INSERT INTO discord_joins (discord_id, joined_at, seen_at) VALUES ($1, $2, $3)
    ON CONFLICT (discord_id, joined_at) DO NOTHING
)sql";

// Seen when they came, not now: an invite that is used just now brought somebody else.
constexpr const char* missed_join_sql = R"sql(
    INSERT INTO discord_joins (discord_id, joined_at, seen_at)
    SELECT $1, $2::timestamptz, $2::timestamptz WHERE may_link_discord(NULL, $1)
    ON CONFLICT (discord_id, joined_at) DO NOTHING
)sql";

constexpr const char* left_sql = "UPDATE discord_joins SET outcome = 'left' WHERE discord_id = $1 AND outcome IS NULL";

constexpr const char* gone_sql = "UPDATE discord_invites SET gone_at = $2 WHERE code = $1 AND gone_at IS NULL";

constexpr const char* open_sql = R"sql(
    SELECT discord_id, joined_at, seen_at FROM discord_joins
    WHERE outcome IS NULL AND seen_at <= $1 ORDER BY seen_at LIMIT 50
)sql";

constexpr const char* linked_sql = "SELECT NOT may_link_discord(NULL, $1)";

constexpr const char* others_sql = R"sql(
    SELECT count(DISTINCT discord_id) FROM discord_joins
    WHERE discord_id <> $1
      AND seen_at BETWEEN $2::timestamptz - $3::int * interval '1 second'
                      AND $2::timestamptz + $3::int * interval '1 second'
)sql";

// Its own end is no sign of anybody's coming.
constexpr const char* gone_invites_sql = R"sql(
    SELECT code FROM discord_invites
    WHERE used_by IS NULL AND gone_at < expires_at - interval '5 seconds'
      AND gone_at BETWEEN $1::timestamptz - $2::int * interval '1 second'
                      AND $1::timestamptz + $2::int * interval '1 second'
)sql";

constexpr const char* end_sql =
    "UPDATE discord_joins SET outcome = $3 WHERE discord_id = $1 AND joined_at = $2::timestamptz";

constexpr const char* awaited_sql = R"sql(
    SELECT users.id, users.discord_id
    FROM users LEFT JOIN discord_members AS member ON member.discord_id = users.discord_id
    WHERE users.discord_id > $1
      AND (member.discord_id IS NULL OR NOT member.present OR member.pending)
      AND EXISTS (SELECT FROM access_entitlements AS entitled
                  WHERE entitled.user_id = users.id AND entitled.status = 'active' AND kind = 'discord_role')
    ORDER BY users.discord_id LIMIT $2::int
)sql";

std::optional<std::string> text_of(JoinEnd end)
{
    switch (end) {
    case JoinEnd::linked:
        return "linked";
    case JoinEnd::welcoming:
        return "welcoming";
    case JoinEnd::welcomed:
        return "welcomed";
    case JoinEnd::unreachable:
        return "unreachable";
    case JoinEnd::open:
        return std::nullopt;
    }
    return std::nullopt;
}

} // namespace

MemberBefore see_member(postgres::Connection& connection, const GatewayMember& member)
{
    postgres::TextArray roles;
    for (const auto& role : member.roles)
        roles.add(std::string_view{role});
    const postgres::Param pending = member.pending ? postgres::Param{*member.pending} : postgres::Param{std::nullopt};
    const auto rows =
        connection.execute(see_sql, {member.discord_id, member.present, pending, roles, to_iso8601(member.seen_at)});
    return {rows.text(0, 0), rows.boolean(0, 1), rows.boolean(0, 2)};
}

std::optional<GatewayMember> find_seen_member(postgres::Connection& connection, std::string_view discord_id)
{
    const auto rows = connection.execute(find_seen_sql, {discord_id});
    if (rows.empty())
        return std::nullopt;
    GatewayMember member{std::string{discord_id},
                         rows.boolean(0, 0),
                         rows.boolean(0, 1),
                         {},
                         time_from_text(rows.view(0, 3)).value_or(Time{})};
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (!rows.is_null(i, 2))
            member.roles.insert(rows.text(i, 2));
    return member;
}

bool is_discord_under_way(postgres::Connection& connection, std::string_view user_id)
{
    return connection.execute(under_way_sql, {user_id}).boolean(0, 0);
}

bool is_discord_given_up(postgres::Connection& connection, std::string_view user_id)
{
    return connection.execute(given_up_sql, {user_id}).boolean(0, 0);
}

void record_join(postgres::Connection& connection, std::string_view discord_id, Time joined_at, Time seen_at)
{
    connection.execute(join_sql, {discord_id, to_iso8601(joined_at), to_iso8601(seen_at)});
}

void record_missed_join(postgres::Connection& connection, std::string_view discord_id, Time joined_at)
{
    connection.execute(missed_join_sql, {discord_id, to_iso8601(joined_at)});
}

void forget_open_joins(postgres::Connection& connection, std::string_view discord_id)
{
    connection.execute(left_sql, {discord_id});
}

void mark_invite_gone(postgres::Connection& connection, std::string_view code, Time at)
{
    connection.execute(gone_sql, {code, to_iso8601(at)});
}

std::vector<OpenJoin> open_joins(postgres::Connection& connection, Time seen_before)
{
    const auto rows = connection.execute(open_sql, {to_iso8601(seen_before)});
    std::vector<OpenJoin> joins;
    for (std::size_t i = 0; i < rows.size(); ++i)
        joins.push_back({rows.text(i, 0), rows.text(i, 1), time_from_text(rows.view(i, 2)).value_or(Time{})});
    return joins;
}

JoinScene scene_of(postgres::Connection& connection, const OpenJoin& join)
{
    const std::int64_t window = join_window.count();
    const std::string seen_at = to_iso8601(join.seen_at);
    const postgres::Statement statements[] = {{linked_sql, {join.discord_id}},
                                              {others_sql, {join.discord_id, seen_at, window}},
                                              {gone_invites_sql, {seen_at, window}}};
    const auto answers = connection.pipeline(statements);
    JoinScene scene{answers[0].boolean(0, 0), static_cast<int>(answers[1].int64(0, 0)), {}};
    for (std::size_t i = 0; i < answers[2].size(); ++i)
        scene.gone_invites.push_back(answers[2].text(i, 0));
    return scene;
}

void end_join(postgres::Connection& connection, const OpenJoin& join, JoinEnd end)
{
    connection.execute(end_sql, {join.discord_id, join.joined_at, text_of(end)});
}

std::vector<AwaitedMember> awaited_members(postgres::Connection& connection, std::string_view after, int most)
{
    const auto rows = connection.execute(awaited_sql, {after, most});
    std::vector<AwaitedMember> members;
    for (std::size_t i = 0; i < rows.size(); ++i)
        members.push_back({rows.text(i, 0), rows.text(i, 1)});
    return members;
}

} // namespace ciclo::model
