#include "model/stores/manychat_pace.hpp"

#include <algorithm>

namespace ciclo::model {

namespace {

constexpr const char* reserve_sql = R"sql(
    INSERT INTO manychat_pace AS pace (endpoint, next_at)
    VALUES ($1, clock_timestamp() + $2::bigint * interval '1 microsecond')
    ON CONFLICT (endpoint) DO UPDATE
    SET next_at = greatest(pace.next_at, clock_timestamp()) + $2::bigint * interval '1 microsecond'
    RETURNING ceil(extract(epoch FROM next_at - $2::bigint * interval '1 microsecond' - clock_timestamp()) * 1000)::bigint
)sql";

constexpr const char* hold_sql = R"sql(
    INSERT INTO manychat_pace AS pace (endpoint, next_at)
    VALUES ($1, clock_timestamp() + $2::bigint * interval '1 millisecond')
    ON CONFLICT (endpoint) DO UPDATE SET next_at = greatest(pace.next_at, excluded.next_at)
)sql";

} // namespace

std::chrono::milliseconds reserve_manychat_turn(postgres::Connection& connection, std::string_view endpoint,
                                                std::chrono::microseconds interval)
{
    const auto rows = connection.execute(reserve_sql, {endpoint, std::int64_t{interval.count()}});
    return std::chrono::milliseconds{std::max<std::int64_t>(rows.int64(0, 0), 0)};
}

void hold_manychat_turns(postgres::Connection& connection, std::string_view endpoint, std::chrono::milliseconds pause)
{
    connection.execute(hold_sql, {endpoint, std::int64_t{pause.count()}});
}

} // namespace ciclo::model
