#include "arguments.hpp"
#include "commands.hpp"

#include "model/stores/event_log.hpp"

#include <fmt/core.h>

#include <chrono>
#include <thread>

namespace ciclo::cli {

int events(const Words& words)
{
    Arguments arguments{words, {"follow"}};
    arguments.allow_only({"lines", "type", "follow"});
    if (arguments.positional() != std::vector<std::string>{"tail"})
        throw UsageError{"write: ciclo events tail [--lines N] [--type TYPE] [--follow]"};
    int lines = arguments.integer("lines", 20, 1, 100'000);
    auto connection = connect();
    std::string last;
    while (true) {
        for (const auto& event : model::read_events(connection, last, arguments.one("type").value_or(""), lines)) {
            fmt::print("{}  {:<32} {:<10} {} {} {}\n", event.created_at, event.type, event.status, event.target_id,
                       event.payload, event.error_message);
            last = event.id;
        }
        std::fflush(stdout);
        if (!arguments.has("follow"))
            return 0;
        lines = 100'000;
        std::this_thread::sleep_for(std::chrono::milliseconds{500});
    }
}

} // namespace ciclo::cli
