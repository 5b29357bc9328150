#include "model/stores/given_role_store.hpp"

namespace ciclo::model {

namespace {

constexpr const char* history_sql = R"sql(
    SELECT role_id, giving_since IS NOT NULL, taking_since IS NOT NULL, given_at, gone_at, taken_by_us
    FROM discord_given_roles WHERE discord_id = $1
)sql";

constexpr const char* ended_sql = R"sql(
    SELECT value, max(ended_at) FROM access_entitlements
    WHERE user_id = $1 AND status <> 'active' AND kind = 'discord_role' AND ended_at IS NOT NULL
    GROUP BY value
)sql";

// While a sweep has not decided. Evidence newer than what it saw is not held back.
constexpr const char* held_back_sql = R"sql(
    SELECT DISTINCT held.role_id
    FROM discord_held_revocations AS held
    JOIN discord_sweeps AS sweep ON sweep.id = held.sweep_id
    WHERE held.discord_id = $2 AND sweep.status IN ('running', 'held') AND NOT sweep.dry_run
      AND NOT EXISTS (
          SELECT FROM access_entitlements AS entitled
          WHERE entitled.user_id = $1 AND entitled.status <> 'active' AND kind = 'discord_role'
            AND entitled.value = held.role_id AND entitled.updated_at > held.noted_at)
)sql";

constexpr const char* former_sql = R"sql(
    SELECT given.discord_id, given.role_id
    FROM discord_given_roles AS given
    JOIN users ON users.id = given.user_id
    WHERE given.user_id = $1 AND given.discord_id IS DISTINCT FROM users.discord_id
      AND (given.giving_since IS NOT NULL OR given.taking_since IS NOT NULL
           OR (given.given_at IS NOT NULL AND (given.gone_at IS NULL OR given.gone_at < given.given_at)))
      AND NOT EXISTS (SELECT FROM users AS owner WHERE owner.discord_id = given.discord_id)
    ORDER BY given.discord_id
)sql";

constexpr const char* give_sql = R"sql(
    INSERT INTO discord_given_roles AS role (discord_id, role_id, user_id, giving_since)
    VALUES ($1, $2, $3, clock_timestamp())
    ON CONFLICT (discord_id, role_id) DO UPDATE
    SET user_id = excluded.user_id, giving_since = coalesce(role.giving_since, excluded.giving_since),
        taking_since = NULL
)sql";

constexpr const char* take_sql = R"sql(
    INSERT INTO discord_given_roles AS role (discord_id, role_id, user_id, taking_since)
    VALUES ($1, $2, $3, clock_timestamp())
    ON CONFLICT (discord_id, role_id) DO UPDATE
    SET taking_since = coalesce(role.taking_since, excluded.taking_since), giving_since = NULL
)sql";

constexpr const char* given_sql = R"sql(
    UPDATE discord_given_roles SET giving_since = NULL, given_at = greatest($3::timestamptz, gone_at + interval '1 us'),
                                   taken_by_us = false
    WHERE discord_id = $1 AND role_id = $2 AND giving_since IS NOT NULL
)sql";

constexpr const char* taken_sql = R"sql(
    UPDATE discord_given_roles SET taking_since = NULL, gone_at = greatest($3::timestamptz, given_at), taken_by_us = true
    WHERE discord_id = $1 AND role_id = $2 AND taking_since IS NOT NULL
)sql";

constexpr const char* drop_sql = R"sql(
    UPDATE discord_given_roles SET giving_since = NULL, taking_since = NULL
    WHERE discord_id = $1 AND role_id = $2 AND (giving_since IS NOT NULL OR taking_since IS NOT NULL)
)sql";

// What RoleChanges says of a role that Discord refuses begins so.
constexpr const char* recheck_sql = R"sql(
    UPDATE reconciliations SET failed = false, attempts = 0, next_attempt_at = now() + interval '5 seconds'
    WHERE target = 'discord' AND failed AND last_error LIKE 'role %'
)sql";

constexpr const char* absent_sql = R"sql(
    INSERT INTO discord_given_roles AS role (discord_id, role_id, user_id, gone_at)
    SELECT $1, role_id, $2::uuid, $3::timestamptz FROM unnest($4::text[]) AS role_id
    ON CONFLICT (discord_id, role_id) DO UPDATE SET gone_at = excluded.gone_at
    WHERE role.gone_at IS NULL OR role.gone_at < excluded.gone_at
)sql";

std::optional<Time> time_at(const postgres::Rows& rows, std::size_t row, int column)
{
    return time_from_text(rows.view(row, column));
}

} // namespace

RoleEvidence read_role_evidence(postgres::Connection& connection, const std::string& user_id,
                                const std::string& discord_id)
{
    const postgres::Statement reads[] = {
        {history_sql, {discord_id}}, {ended_sql, {user_id}}, {held_back_sql, {user_id, discord_id}}};
    const auto answers = connection.pipeline(reads);
    RoleEvidence evidence;
    for (std::size_t i = 0; i < answers[0].size(); ++i)
        evidence.history[answers[0].text(i, 0)] =
            RoleHistory{answers[0].boolean(i, 1), answers[0].boolean(i, 2), time_at(answers[0], i, 3),
                        time_at(answers[0], i, 4), answers[0].boolean(i, 5)};
    for (std::size_t i = 0; i < answers[1].size(); ++i)
        if (const auto ended = time_at(answers[1], i, 1))
            evidence.ended[answers[1].text(i, 0)] = *ended;
    for (std::size_t i = 0; i < answers[2].size(); ++i)
        evidence.held_back.insert(answers[2].text(i, 0));
    return evidence;
}

std::vector<FormerAccount> read_former_accounts(postgres::Connection& connection, const std::string& user_id)
{
    const auto rows = connection.execute(former_sql, {user_id});
    std::vector<FormerAccount> accounts;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (accounts.empty() || accounts.back().discord_id != rows.view(i, 0))
            accounts.push_back({rows.text(i, 0), {}});
        accounts.back().roles.insert(rows.text(i, 1));
    }
    return accounts;
}

void intend_to_give(postgres::Connection& connection, const RoleOfAccount& role)
{
    connection.execute(give_sql, {role.discord_id, role.role_id, role.user_id});
}

void intend_to_take(postgres::Connection& connection, const RoleOfAccount& role)
{
    connection.execute(take_sql, {role.discord_id, role.role_id, role.user_id});
}

bool confirm_given(postgres::Connection& connection, const RoleOfAccount& role, Time at)
{
    return connection.execute(given_sql, {role.discord_id, role.role_id, to_iso8601(at)}).affected() == 1;
}

bool confirm_taken(postgres::Connection& connection, const RoleOfAccount& role, Time at)
{
    return connection.execute(taken_sql, {role.discord_id, role.role_id, to_iso8601(at)}).affected() == 1;
}

void drop_intent(postgres::Connection& connection, const RoleOfAccount& role)
{
    connection.execute(drop_sql, {role.discord_id, role.role_id});
}

std::size_t recheck_refused_roles(postgres::Connection& connection)
{
    return connection.execute(recheck_sql).affected();
}

void note_absent(postgres::Connection& connection, const std::string& discord_id, const std::string& user_id,
                 const std::vector<std::string>& roles, Time seen_at)
{
    if (roles.empty())
        return;
    postgres::TextArray array;
    for (const auto& role : roles)
        array.add(std::string_view{role});
    connection.execute(absent_sql, {discord_id, user_id, to_iso8601(seen_at), array});
}

} // namespace ciclo::model
