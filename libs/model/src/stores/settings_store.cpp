#include "model/stores/settings_store.hpp"

namespace ciclo::model {

namespace {

constexpr const char* find_sql = "SELECT value FROM settings WHERE key = $1";
constexpr const char* set_sql = R"sql(
    INSERT INTO settings (key, value) VALUES ($1, $2)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = now()
)sql";

} // namespace

std::optional<std::string> find_setting(postgres::Connection& connection, std::string_view key)
{
    const auto rows = connection.execute(find_sql, {key});
    return rows.empty() ? std::nullopt : std::optional{rows.text(0, 0)};
}

void set_setting(postgres::Connection& connection, std::string_view key, std::string_view value)
{
    connection.execute(set_sql, {key, value});
}

} // namespace ciclo::model
