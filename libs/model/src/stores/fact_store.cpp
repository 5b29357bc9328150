#include "model/stores/fact_store.hpp"

#include <set>
#include <stdexcept>

namespace ciclo::model {

namespace {

using postgres::TextArray;

constexpr const char* select_sql = R"sql(
    SELECT user_id, id, type, occurred_at, body FROM facts WHERE user_id = ANY ($1::uuid[])
)sql";

constexpr const char* stored_sql = "SELECT id FROM facts WHERE id = ANY ($1::uuid[])";

constexpr const char* insert_sql = R"sql(
    INSERT INTO facts (id, user_id, type, occurred_at, body)
    SELECT id::uuid, user_id::uuid, type, occurred_at::timestamptz, body
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
        AS new (id, user_id, type, occurred_at, body)
    ON CONFLICT (id) DO NOTHING
)sql";

} // namespace

postgres::Statement select_facts(const postgres::UuidArray& user_ids)
{
    return {select_sql, {user_ids}};
}

std::map<std::string, std::vector<Fact>> read_facts(const postgres::Rows& rows)
{
    std::map<std::string, std::vector<Fact>> facts;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const Time occurred_at = time_from_text(rows.view(i, 3)).value_or(Time{});
        auto fact = decode_fact(rows.view(i, 1), rows.view(i, 2), occurred_at, rows.view(i, 4));
        // Folding without it would take something away from the student: better not to fold at all.
        if (!fact)
            throw std::runtime_error(fact.error().detail);
        facts[rows.text(i, 0)].push_back(std::move(*fact));
    }
    return facts;
}

std::vector<Fact> facts_not_stored(postgres::Connection& connection, std::span<const Fact> facts)
{
    postgres::UuidArray ids;
    for (const Fact& fact : facts)
        ids.add(fact.id);
    std::set<std::string> known;
    const auto rows = connection.execute(stored_sql, {ids});
    for (std::size_t i = 0; i < rows.size(); ++i)
        known.insert(rows.text(i, 0));
    std::vector<Fact> fresh;
    for (const Fact& fact : facts)
        if (known.insert(fact.id).second)
            fresh.push_back(fact);
    return fresh;
}

postgres::Statement insert_facts(std::span<const OwnedFact> facts)
{
    TextArray ids;
    TextArray users;
    TextArray types;
    TextArray times;
    TextArray bodies;
    for (const OwnedFact& owned : facts) {
        ids.add(std::string_view{owned.fact.id});
        users.add(std::string_view{owned.user_id});
        types.add(to_string(owned.fact.type));
        times.add(to_iso8601(owned.fact.occurred_at));
        bodies.add(encode_body(owned.fact));
    }
    return {insert_sql, {ids, users, types, times, bodies}};
}

} // namespace ciclo::model
