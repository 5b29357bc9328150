#include "model/stores/shared_state_store.hpp"

namespace ciclo::model {

namespace {

using namespace std::chrono_literals;

// One lock for all names: also those that are not stored yet are changed by one process at a time.
constexpr const char* lock_sql = "SELECT pg_advisory_xact_lock(4823006)";
constexpr const char* read_sql = R"sql(
    SELECT clock_timestamp(), key, value FROM (SELECT 1) AS always
    LEFT JOIN shared_states ON key = ANY ($1::text[])
)sql";
constexpr const char* write_sql = R"sql(
    INSERT INTO shared_states (key, value) SELECT * FROM unnest($1::text[], $2::text[])
    ON CONFLICT (key) DO UPDATE SET value = excluded.value
)sql";

} // namespace

StoredSharedState::StoredSharedState(std::string database_url)
    : session_(std::move(database_url), "shared state", [](postgres::Connection& opened) {
          opened.limit_statements(2s);
          opened.expect_key_lookups();
      })
{
}

void StoredSharedState::change(const std::vector<std::string>& names, const Change& change)
{
    const std::lock_guard lock{mutex_};
    try {
        auto& connection = session_.connection();
        postgres::TextArray keys;
        for (const auto& name : names)
            keys.add(std::string_view{name});
        postgres::Transaction transaction{connection};
        const postgres::Statement reads[] = {{lock_sql, {}}, {read_sql, {keys}}};
        const auto rows = connection.pipeline(reads).back();
        Texts texts;
        for (std::size_t i = 0; i < rows.size(); ++i)
            if (!rows.is_null(i, 1))
                texts[rows.text(i, 1)] = rows.text(i, 2);
        change(time_from_text(rows.view(0, 0)).value_or(now()), texts);
        postgres::TextArray names_left;
        postgres::TextArray values;
        for (const auto& [name, text] : texts) {
            names_left.add(std::string_view{name});
            values.add(std::string_view{text});
        }
        if (!names_left.empty())
            connection.execute(write_sql, {names_left, values});
        transaction.commit();
    } catch (const postgres::Failure& failure) {
        session_.after(failure);
        throw;
    }
}

} // namespace ciclo::model
