#include "arguments.hpp"
#include "commands.hpp"

#include "model/migrations.hpp"
#include "postgres/migrate.hpp"

#include <fmt/core.h>

namespace ciclo::cli {

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
