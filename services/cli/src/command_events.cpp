#include "arguments.hpp"
#include "commands.hpp"

#include <fmt/core.h>

#include <chrono>
#include <thread>

namespace ciclo::cli {

namespace {

// The id is time-ordered, so it is also the place to go on from.
constexpr const char* newer_sql = R"sql(
    SELECT id, to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), type, status,
           coalesce(target_id::text, ''), payload, coalesce(error_message, '')
    FROM (SELECT * FROM events WHERE id > $1::uuid AND ($2 = '' OR type = $2) ORDER BY id DESC LIMIT $3::int) AS newest
    ORDER BY id
)sql";

constexpr const char* start_id = "00000000-0000-0000-0000-000000000000";

} // namespace

int events(const Words& words)
{
    Arguments arguments{words, {"follow"}};
    arguments.allow_only({"lines", "type", "follow"});
    if (arguments.positional() != std::vector<std::string>{"tail"})
        throw UsageError{"write: ciclo events tail [--lines N] [--type TYPE] [--follow]"};
    int lines = arguments.integer("lines", 20, 1, 100'000);
    auto connection = connect();
    std::string last = start_id;
    while (true) {
        const auto rows = connection.execute(newer_sql, {last, arguments.one("type").value_or(""), lines});
        for (std::size_t i = 0; i < rows.size(); ++i) {
            fmt::print("{}  {:<32} {:<10} {} {} {}\n", rows.view(i, 1), rows.view(i, 2), rows.view(i, 3),
                       rows.view(i, 4), rows.view(i, 5), rows.view(i, 6));
            last = rows.text(i, 0);
        }
        std::fflush(stdout);
        if (!arguments.has("follow"))
            return 0;
        lines = 100'000;
        std::this_thread::sleep_for(std::chrono::milliseconds{500});
    }
}

} // namespace ciclo::cli
