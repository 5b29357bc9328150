#include "arguments.hpp"
#include "commands.hpp"

#include "core/environment.hpp"
#include "model/migrations.hpp"
#include "postgres/migrate.hpp"

#include <fmt/core.h>

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

int migrate(const Words& words)
{
    Arguments arguments{words, {}};
    arguments.allow_only({});
    auto connection = connect();
    const auto applied = postgres::migrate(connection, model::migrations());
    for (const auto& name : applied)
        fmt::print("applied {}\n", name);
    if (applied.empty())
        fmt::print("nothing to apply: the schema is up to date\n");
    return 0;
}

} // namespace ciclo::cli
