#include "arguments.hpp"
#include "commands.hpp"

#include "model/stores/failure_store.hpp"

#include <fmt/core.h>

namespace ciclo::cli {

namespace {

int list(postgres::Connection& connection)
{
    const auto pending = model::list_failures(connection);
    for (const auto& failure : pending) {
        const bool is_job = !failure.job.empty();
        fmt::print("{:<14} {}  {:<12} since {}  {}{}\n", failure.kind, failure.id, failure.status, failure.since,
                   is_job ? failure.job + ": " : "", failure.error);
        if (is_job)
            fmt::print("{:<14} again: ciclo jobs run {}{}\n", "", failure.job, failure.is_braked ? " --approve N" : "");
    }
    fmt::print("{}\n", pending.empty() ? "no failures wait for anybody"
                                       : fmt::format("{} waiting; after mending the cause: ciclo failures retry [ID]",
                                                     pending.size()));
    return 0;
}

int retry(postgres::Connection& connection, const std::string& id)
{
    const auto again = model::retry_failures(connection, id);
    fmt::print("{} will be tried again within seconds\n", again);
    return again == 0 && !id.empty() ? 1 : 0;
}

} // namespace

int failures(const Words& words)
{
    Arguments arguments{words, {}};
    arguments.allow_only({});
    const auto& verbs = arguments.positional();
    if (verbs.size() == 1 && verbs[0] == "list") {
        auto connection = connect();
        return list(connection);
    }
    if ((verbs.size() == 1 || verbs.size() == 2) && verbs[0] == "retry") {
        auto connection = connect();
        return retry(connection, verbs.size() == 2 ? verbs[1] : "");
    }
    throw UsageError{"write: ciclo failures list, or: ciclo failures retry [ID]"};
}

} // namespace ciclo::cli
