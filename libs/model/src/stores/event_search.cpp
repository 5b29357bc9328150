#include "model/stores/event_search.hpp"

#include <chrono>

#include <fmt/core.h>

namespace ciclo::model {

namespace {

// Ids are in the order of time (UUIDv7), so a range of time is a range of the primary key, apart from what clocks of
// several machines differ by; created_at then decides.
constexpr const char* search_sql = R"sql(
    SELECT id, to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), type, status, actor_id,
           target_id, payload, error_message
    FROM events
    WHERE ($1::uuid IS NULL OR id < $1::uuid)
      AND ($2::text IS NULL OR type = $2) AND ($3::text IS NULL OR starts_with(type, $3))
      AND ($4::uuid IS NULL OR target_id = $4::uuid) AND ($5::text IS NULL OR status = $5)
      AND ($6::uuid IS NULL OR id >= $6::uuid) AND ($7::timestamptz IS NULL OR created_at >= $7::timestamptz)
      AND ($8::uuid IS NULL OR id < $8::uuid) AND ($9::timestamptz IS NULL OR created_at < $9::timestamptz)
    ORDER BY id DESC LIMIT $10::int
)sql";

constexpr std::chrono::hours clock_difference{1};

postgres::Param text_or_null(const std::string& text)
{
    return text.empty() ? postgres::Param{std::nullopt} : postgres::Param{text};
}

postgres::Param time_or_null(const std::optional<Time>& time)
{
    return time ? postgres::Param{to_iso8601(*time)} : postgres::Param{std::nullopt};
}

// The least id that can have been made at that time.
postgres::Param id_bound(const std::optional<Time>& time, std::chrono::hours shift)
{
    if (!time)
        return std::nullopt;
    const auto since = std::chrono::floor<std::chrono::milliseconds>(time->time_since_epoch() + shift).count();
    const std::string hex = fmt::format("{:012x}", since < 0 ? 0 : since);
    return postgres::Param{hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-0000-0000-000000000000"};
}

} // namespace

std::vector<FoundEvent> search_events(postgres::Connection& connection, const EventFilter& filter,
                                      const std::string& before, int most)
{
    const bool is_prefix = filter.type.ends_with('*');
    const std::string prefix = is_prefix ? filter.type.substr(0, filter.type.size() - 1) : std::string{};
    const auto rows = connection.execute(
        search_sql,
        {text_or_null(before), text_or_null(is_prefix ? "" : filter.type), text_or_null(prefix),
         text_or_null(filter.target_id), text_or_null(filter.status), id_bound(filter.from, -clock_difference),
         time_or_null(filter.from), id_bound(filter.to, clock_difference), time_or_null(filter.to), most});
    std::vector<FoundEvent> events;
    for (std::size_t i = 0; i < rows.size(); ++i)
        events.push_back({rows.text(i, 0), rows.text(i, 1), rows.text(i, 2), rows.text(i, 3), rows.text(i, 4),
                          rows.text(i, 5), rows.text(i, 6), rows.text(i, 7)});
    return events;
}

} // namespace ciclo::model
