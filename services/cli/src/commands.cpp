#include "commands.hpp"

#include "core/environment.hpp"

#include <fmt/core.h>

#include <cstdio>
#include <stdexcept>

namespace ciclo::cli {

postgres::Connection connect()
{
    Environment environment;
    const auto url = environment.required("DATABASE_URL", "PostgreSQL, postgresql://user:password@host:port/db");
    if (!environment.faults().empty())
        throw std::runtime_error(environment.faults().front() +
                                 " (on a local stack: source .state/env in this shell first)");
    return postgres::Connection::open(url, "ciclo");
}

int fail(const Error& error)
{
    fmt::print(stderr, "{}\n", error.detail);
    return 1;
}

} // namespace ciclo::cli
