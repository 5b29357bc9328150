#include "arguments.hpp"
#include "commands.hpp"

#include "net/http_client.hpp"

#include <fmt/core.h>

namespace ciclo::cli {

// For containers, whose image has no curl.
int healthcheck(const Words& words)
{
    Arguments arguments{words, {}};
    arguments.allow_only({});
    if (arguments.positional().size() != 1)
        throw UsageError{"write: ciclo healthcheck URL"};
    net::HttpClient http;
    net::HttpCall call;
    call.url = arguments.positional().front();
    call.timeout = std::chrono::seconds{3};
    const auto answer = http.send(call);
    if (answer && answer->status == 200)
        return 0;
    fmt::print(stderr, "{}\n", answer ? fmt::format("answered {}", answer->status) : answer.error().detail);
    return 1;
}

} // namespace ciclo::cli
