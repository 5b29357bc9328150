#include "model/stores/sweep_store.hpp"

#include "model/stores/reconciliation_store.hpp"

namespace ciclo::model {

namespace {

constexpr const char* begin_sql = R"sql(
    INSERT INTO discord_sweeps (id, dry_run, started_at) VALUES ($1, $2, clock_timestamp())
    ON CONFLICT (id) DO UPDATE SET status = 'running'
    RETURNING started_at
)sql";

constexpr const char* finish_sql =
    "UPDATE discord_sweeps SET status = $2, reason = nullif($3, '') WHERE id = $1 AND status = 'running'";

constexpr const char* decide_sql = "UPDATE discord_sweeps SET status = $2 WHERE id::text = $1 AND status = 'held'";

constexpr const char* discard_held_sql = "UPDATE discord_sweeps SET status = 'discarded' WHERE status = 'held'";

constexpr const char* held_because_sql =
    "SELECT coalesce(reason, '') FROM discord_sweeps WHERE id::text = $1 AND status = 'held'";

constexpr const char* students_sql = R"sql(
    SELECT users.id, users.discord_id, member.present,
           (SELECT string_agg(DISTINCT value, ',') FROM access_entitlements AS entitled
            WHERE entitled.user_id = users.id AND entitled.status = 'active' AND kind = 'discord_role')
    FROM users LEFT JOIN discord_members AS member ON member.discord_id = users.discord_id
    WHERE users.discord_id IS NOT NULL
      AND (length(users.discord_id), users.discord_id COLLATE "C") > (length($1), $1 COLLATE "C")
      AND ($2 = '' OR (length(users.discord_id), users.discord_id COLLATE "C") <= (length($2), $2 COLLATE "C"))
    ORDER BY length(users.discord_id), users.discord_id COLLATE "C"
    LIMIT $3::int
)sql";

constexpr const char* sights_sql = R"sql(
    INSERT INTO discord_members (discord_id, user_id, present, pending, seen_roles, seen_at)
    SELECT discord_id, user_id::uuid, present = 't', pending = 't', string_to_array(roles, ','), $6::timestamptz
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
        AS seen (discord_id, user_id, present, pending, roles)
    ON CONFLICT (discord_id) DO UPDATE
    SET user_id = excluded.user_id, present = excluded.present, pending = excluded.pending,
        seen_roles = excluded.seen_roles, seen_at = excluded.seen_at
    WHERE discord_members.seen_at < excluded.seen_at
)sql";

constexpr const char* revocations_sql = R"sql(
    INSERT INTO discord_held_revocations (sweep_id, user_id, discord_id, role_id, noted_at)
    SELECT $1::uuid, user_id::uuid, discord_id, role_id, $5::timestamptz
    FROM unnest($2::text[], $3::text[], $4::text[]) AS new (user_id, discord_id, role_id)
    ON CONFLICT DO NOTHING
)sql";

constexpr const char* hand_held_sql = R"sql(
    INSERT INTO discord_hand_held_roles (discord_id, role_id, user_id, username, seen_at)
    SELECT discord_id, role_id, user_id::uuid, username, $5::timestamptz
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS new (discord_id, role_id, user_id, username)
    ON CONFLICT (discord_id, role_id) DO UPDATE
    SET user_id = excluded.user_id, username = excluded.username, seen_at = excluded.seen_at
)sql";

constexpr const char* owners_sql = R"sql(
    SELECT DISTINCT user_id FROM discord_given_roles
    WHERE discord_id = ANY ($1::text[]) AND given_at IS NOT NULL AND (gone_at IS NULL OR gone_at < given_at)
)sql";

constexpr const char* by_product_sql = R"sql(
    SELECT DISTINCT held.user_id, rule.product_id
    FROM discord_held_revocations AS held
    LEFT JOIN access_rules AS rule ON rule.kind = 'discord_role' AND rule.value = held.role_id
    WHERE held.sweep_id = $1 LIMIT $2::int
)sql";

// Those who would lose it count among the product's students, too.
constexpr const char* students_of_sql = R"sql(
    SELECT product_id, count(*) FROM enrollments
    WHERE status = 'active' AND product_id = ANY ($1::uuid[]) GROUP BY product_id
)sql";

constexpr const char* people_sql =
    "SELECT DISTINCT user_id FROM discord_held_revocations WHERE sweep_id::text = $1 ORDER BY user_id";

constexpr const char* list_sql = R"sql(
    SELECT held.user_id, held.discord_id, held.role_id, users.email
    FROM discord_held_revocations AS held JOIN users ON users.id = held.user_id
    WHERE held.sweep_id::text = $1 ORDER BY users.email, held.role_id LIMIT $2::int
)sql";

constexpr const char* forget_sql = "DELETE FROM discord_hand_held_roles WHERE seen_at < $1::timestamptz";

constexpr const char* list_hand_held_sql = R"sql(
    SELECT held.discord_id, held.role_id, held.user_id, held.username, users.email, held.seen_at
    FROM discord_hand_held_roles AS held LEFT JOIN users ON users.id = held.user_id
    WHERE $1 = '' OR held.role_id = $1 ORDER BY held.role_id, users.email NULLS LAST, held.discord_id
)sql";

std::string joined(const std::set<std::string>& words)
{
    std::string text;
    for (const auto& word : words)
        text += (text.empty() ? "" : ",") + word;
    return text;
}

std::set<std::string> separated(std::string_view text)
{
    std::set<std::string> words;
    while (!text.empty()) {
        const auto comma = text.find(',');
        words.emplace(text.substr(0, comma));
        text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    }
    return words;
}

const Error no_held_sweep{ErrorKind::not_found, "no sweep with this id waits for a decision", {}};

} // namespace

Time begin_sweep(postgres::Connection& connection, const SweepStart& sweep)
{
    const auto rows = connection.execute(begin_sql, {sweep.id, sweep.dry_run});
    return time_from_text(rows.view(0, 0)).value_or(now());
}

void finish_sweep(postgres::Connection& connection, const std::string& id, SweepEnd end, const std::string& reason)
{
    connection.execute(finish_sql, {id, end == SweepEnd::held ? "held" : "done", reason});
}

Result<std::vector<std::string>> confirm_sweep(postgres::Connection& connection, const std::string& id)
{
    if (connection.execute(decide_sql, {id, "confirmed"}).affected() == 0)
        return no_held_sweep;
    auto people = people_losing(connection, id);
    std::vector<WantedReconciliation> wanted;
    wanted.reserve(people.size());
    for (const auto& user_id : people)
        wanted.push_back({user_id, "discord", id});
    if (!wanted.empty()) {
        const auto statement = want_reconciliations(wanted);
        connection.execute(statement.sql, statement.params);
    }
    return people;
}

std::optional<std::string> held_because(postgres::Connection& connection, const std::string& id)
{
    const auto rows = connection.execute(held_because_sql, {id});
    return rows.empty() ? std::nullopt : std::optional{rows.text(0, 0)};
}

Result<void> discard_sweep(postgres::Connection& connection, const std::string& id)
{
    if (connection.execute(decide_sql, {id, "discarded"}).affected() == 0)
        return no_held_sweep;
    return {};
}

void discard_held_sweeps(postgres::Connection& connection)
{
    connection.execute(discard_held_sql);
}

std::vector<SweptStudent> students_by_account(postgres::Connection& connection, const std::string& after,
                                              const std::string& until, int most)
{
    const auto rows = connection.execute(students_sql, {after, until, most});
    std::vector<SweptStudent> students;
    students.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
        students.push_back({rows.text(i, 0), rows.text(i, 1), separated(rows.view(i, 3)),
                            rows.is_null(i, 2) ? std::nullopt : std::optional{rows.boolean(i, 2)}});
    return students;
}

void record_sights(postgres::Connection& connection, std::span<const Sight> sights, Time seen_at)
{
    postgres::TextArray accounts;
    postgres::TextArray users;
    postgres::TextArray present;
    postgres::TextArray pending;
    postgres::TextArray roles;
    for (const Sight& sight : sights) {
        accounts.add(std::string_view{sight.discord_id});
        users.add_or_null(sight.user_id);
        present.add(sight.present ? "t" : "f");
        pending.add(sight.pending ? "t" : "f");
        roles.add(joined(sight.roles));
    }
    if (!accounts.empty())
        connection.execute(sights_sql, {accounts, users, present, pending, roles, to_iso8601(seen_at)});
}

void note_revocations(postgres::Connection& connection, const std::string& sweep_id,
                      std::span<const RoleToTake> to_take, Time noted_at)
{
    postgres::TextArray users;
    postgres::TextArray accounts;
    postgres::TextArray roles;
    for (const RoleToTake& one : to_take) {
        users.add(std::string_view{one.user_id});
        accounts.add(std::string_view{one.discord_id});
        roles.add(std::string_view{one.role_id});
    }
    if (!users.empty())
        connection.execute(revocations_sql, {sweep_id, users, accounts, roles, to_iso8601(noted_at)});
}

void note_hand_held(postgres::Connection& connection, std::span<const HandHeldRole> held, Time seen_at)
{
    postgres::TextArray accounts;
    postgres::TextArray roles;
    postgres::TextArray users;
    postgres::TextArray names;
    for (const HandHeldRole& one : held) {
        accounts.add(std::string_view{one.discord_id});
        roles.add(std::string_view{one.role_id});
        users.add_or_null(one.user_id);
        names.add(std::string_view{one.username});
    }
    if (!accounts.empty())
        connection.execute(hand_held_sql, {accounts, roles, users, names, to_iso8601(seen_at)});
}

std::set<std::string> owners_of_given_roles(postgres::Connection& connection, std::span<const std::string> discord_ids)
{
    postgres::TextArray accounts;
    for (const auto& id : discord_ids)
        accounts.add(std::string_view{id});
    std::set<std::string> owners;
    if (accounts.empty())
        return owners;
    const auto rows = connection.execute(owners_sql, {accounts});
    for (std::size_t i = 0; i < rows.size(); ++i)
        owners.insert(rows.text(i, 0));
    return owners;
}

std::vector<Revocation> revocations_by_product(postgres::Connection& connection, const std::string& sweep_id, int most)
{
    const auto rows = connection.execute(by_product_sql, {sweep_id, most});
    std::vector<Revocation> revocations;
    for (std::size_t i = 0; i < rows.size(); ++i)
        revocations.push_back({rows.text(i, 0), rows.text(i, 1)});
    return revocations;
}

std::map<std::string, std::size_t> count_students(postgres::Connection& connection,
                                                  std::span<const Revocation> revocations)
{
    std::set<std::string> products;
    std::map<std::string, std::size_t> students;
    for (const Revocation& one : revocations)
        if (!one.product_id.empty()) {
            products.insert(one.product_id);
            ++students[one.product_id];
        }
    postgres::UuidArray ids;
    for (const auto& id : products)
        ids.add(id);
    if (ids.empty())
        return students;
    const auto rows = connection.execute(students_of_sql, {ids});
    for (std::size_t i = 0; i < rows.size(); ++i)
        students[rows.text(i, 0)] += static_cast<std::size_t>(rows.int64(i, 1));
    return students;
}

std::vector<std::string> people_losing(postgres::Connection& connection, const std::string& sweep_id)
{
    const auto rows = connection.execute(people_sql, {sweep_id});
    std::vector<std::string> people;
    for (std::size_t i = 0; i < rows.size(); ++i)
        people.push_back(rows.text(i, 0));
    return people;
}

std::vector<RoleToTake> list_revocations(postgres::Connection& connection, const std::string& sweep_id, int most)
{
    const auto rows = connection.execute(list_sql, {sweep_id, most});
    std::vector<RoleToTake> list;
    for (std::size_t i = 0; i < rows.size(); ++i)
        list.push_back({rows.text(i, 0), rows.text(i, 1), rows.text(i, 2), rows.text(i, 3)});
    return list;
}

void forget_hand_held_before(postgres::Connection& connection, Time moment)
{
    connection.execute(forget_sql, {to_iso8601(moment)});
}

std::vector<HandHeldRole> list_hand_held(postgres::Connection& connection, const std::string& role_id)
{
    const auto rows = connection.execute(list_hand_held_sql, {role_id});
    std::vector<HandHeldRole> list;
    for (std::size_t i = 0; i < rows.size(); ++i)
        list.push_back({rows.text(i, 0), rows.text(i, 1), rows.text(i, 2), rows.text(i, 3), rows.text(i, 4),
                        time_from_text(rows.view(i, 5)).value_or(Time{})});
    return list;
}

} // namespace ciclo::model
