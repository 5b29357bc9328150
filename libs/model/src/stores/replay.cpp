#include "model/stores/replay.hpp"

#include "core/json.hpp"
#include "model/rules/hotmart_event.hpp"
#include "model/stores/projection_store.hpp"
#include "model/stores/student_store.hpp"

#include <variant>

namespace ciclo::model {

namespace {

using postgres::TextArray;

constexpr int page_size = 200;
constexpr const char* first_id = "00000000-0000-0000-0000-000000000000";

// The size of a page is written out: with a parameter the planner prepares for a tenth of the table, each time.
constexpr const char* events_sql = R"sql(
    WITH page AS MATERIALIZED (
        SELECT id, payload, received_at, status FROM webhook_events
        WHERE id > $1::uuid AND payload IS NOT NULL AND status NOT IN ('received', 'failed')
          AND ($2::timestamptz IS NULL OR received_at >= $2::timestamptz)
        ORDER BY id LIMIT 200
    )
    SELECT page.id, page.payload, page.received_at, fact.type, fact.occurred_at, fact.body, page.status
    FROM page LEFT JOIN facts AS fact ON fact.id = page.id ORDER BY page.id
)sql";

constexpr const char* count_events_sql = R"sql(
    SELECT count(*) FROM webhook_events
    WHERE payload IS NOT NULL AND status NOT IN ('received', 'failed')
      AND ($1::timestamptz IS NULL OR received_at >= $1::timestamptz)
)sql";

// Of one student: found by their facts, not by looking through all events.
constexpr const char* own_events_sql = R"sql(
    SELECT event.id, event.payload, event.received_at, fact.type, fact.occurred_at, fact.body, event.status
    FROM facts AS fact JOIN webhook_events AS event ON event.id = fact.id
    WHERE fact.user_id = $1::uuid AND event.id > $2::uuid AND event.payload IS NOT NULL
      AND event.status NOT IN ('received', 'failed')
    ORDER BY event.id LIMIT $3::int
)sql";

constexpr const char* count_own_events_sql = R"sql(
    SELECT count(*) FROM facts AS fact JOIN webhook_events AS event ON event.id = fact.id
    WHERE fact.user_id = $1::uuid AND event.payload IS NOT NULL AND event.status NOT IN ('received', 'failed')
)sql";

constexpr const char* update_facts_sql = R"sql(
    UPDATE facts SET type = new.type, occurred_at = new.occurred_at::timestamptz, body = new.body
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS new (id, type, occurred_at, body)
    WHERE facts.id = new.id::uuid
)sql";

constexpr const char* requeue_sql = R"sql(
    UPDATE webhook_events SET status = 'received', attempts = 0, next_attempt_at = now(), outcome = NULL
    WHERE id = ANY ($1::uuid[])
)sql";

// Whoever has a fact recorded since then; a change of what was read is one of theirs, too. The team is folded only
// where somebody of it has bought something.
constexpr const char* students_sql = R"sql(
    SELECT id FROM users
    WHERE id > $1::uuid AND ($2 = '' OR id = nullif($2, '')::uuid)
      AND (role = 'student' OR EXISTS (SELECT FROM facts WHERE user_id = users.id))
      AND ($3::timestamptz IS NULL
           OR EXISTS (SELECT FROM facts WHERE user_id = users.id AND recorded_at >= $3::timestamptz))
    ORDER BY id LIMIT $4::int
)sql";

constexpr const char* count_students_sql = R"sql(
    SELECT count(*) FROM users
    WHERE ($1 = '' OR id = nullif($1, '')::uuid)
      AND (role = 'student' OR EXISTS (SELECT FROM facts WHERE user_id = users.id))
      AND ($2::timestamptz IS NULL
           OR EXISTS (SELECT FROM facts WHERE user_id = users.id AND recorded_at >= $2::timestamptz))
)sql";

postgres::Param since_of(const ReplayScope& scope)
{
    return scope.since ? postgres::Param{to_iso8601(*scope.since)} : postgres::Param{std::nullopt};
}

const std::string& start_of(const std::string& after)
{
    static const std::string first = first_id;
    return after.empty() ? first : after;
}

std::optional<Fact> read_fact(const postgres::Rows& rows, std::size_t row)
{
    const auto document = JsonDocument::parse(rows.view(row, 1));
    if (!document)
        return std::nullopt;
    auto event =
        read_hotmart_event(rows.view(row, 0), document->root(), time_from_text(rows.view(row, 2)).value_or(Time{}));
    auto* fact = std::get_if<Fact>(&event);
    return fact == nullptr ? std::nullopt : std::optional{std::move(*fact)};
}

// A sale that no product matched when it came.
bool can_be_served(const Fact& fact, const Catalogue& catalogue)
{
    const Time sold_at = fact.ordered_at.value_or(fact.approved_at.value_or(fact.occurred_at));
    return fact.email != unknown_email && is_purchase(fact.type) &&
           (catalogue.resolve(fact.candidates, sold_at) || !catalogue.further_products(fact.candidates).empty());
}

} // namespace

FactPage replay_facts(postgres::Connection& connection, const ReplayScope& scope, const std::string& after,
                      CatalogueCache& catalogue)
{
    const auto rows = scope.user_id.empty()
                          ? connection.execute(events_sql, {start_of(after), since_of(scope)})
                          : connection.execute(own_events_sql, {scope.user_id, start_of(after), page_size});
    const Catalogue& products = catalogue.current(connection);
    FactPage page;
    page.events = rows.size();
    if (rows.size() == static_cast<std::size_t>(page_size))
        page.last_id = rows.text(rows.size() - 1, 0);
    TextArray ids;
    TextArray types;
    TextArray times;
    TextArray bodies;
    postgres::UuidArray requeued;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto fact = read_fact(rows, i);
        if (!fact)
            continue;
        if (rows.is_null(i, 3) || (rows.view(i, 6) == "unprocessed" && can_be_served(*fact, products))) {
            requeued.add(rows.view(i, 0));
            if (rows.is_null(i, 3))
                continue;
        }
        const std::string body = encode_body(*fact);
        const bool same = rows.view(i, 3) == to_string(fact->type) && rows.view(i, 5) == body &&
                          time_from_text(rows.view(i, 4)) == fact->occurred_at;
        if (same)
            continue;
        ids.add(rows.view(i, 0));
        types.add(to_string(fact->type));
        times.add(to_iso8601(fact->occurred_at));
        bodies.add(std::string_view{body});
    }
    if (!ids.empty())
        page.facts_changed = connection.execute(update_facts_sql, {ids, types, times, bodies}).affected();
    if (!requeued.empty())
        page.requeued = connection.execute(requeue_sql, {requeued}).affected();
    return page;
}

FoldPage replay_folds(postgres::Connection& connection, const ReplayScope& scope, const std::string& after,
                      CatalogueCache& catalogue, const Policy& policy, Time now)
{
    const auto rows = connection.execute(students_sql, {start_of(after), scope.user_id, since_of(scope), page_size});
    FoldPage page;
    page.students = rows.size();
    if (rows.size() == static_cast<std::size_t>(page_size))
        page.last_id = rows.text(rows.size() - 1, 0);
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < rows.size(); ++i)
        ids.push_back(rows.text(i, 0));
    if (ids.empty())
        return page;
    postgres::Transaction transaction{connection};
    std::vector<StudentToFold> students;
    for (auto& stored : lock_students(connection, ids))
        students.push_back(StudentToFold{std::move(stored), {}, "replay", ""});
    (void)fold_students(connection, students, catalogue.current(connection), policy, now, &page.rows_written);
    transaction.commit();
    return page;
}

std::size_t count_students(postgres::Connection& connection, const ReplayScope& scope)
{
    return static_cast<std::size_t>(
        connection.execute(count_students_sql, {scope.user_id, since_of(scope)}).int64(0, 0));
}

std::size_t count_events(postgres::Connection& connection, const ReplayScope& scope)
{
    const auto rows = scope.user_id.empty() ? connection.execute(count_events_sql, {since_of(scope)})
                                            : connection.execute(count_own_events_sql, {scope.user_id});
    return static_cast<std::size_t>(rows.int64(0, 0));
}

} // namespace ciclo::model
