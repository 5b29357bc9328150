#include "arguments.hpp"
#include "commands.hpp"

#include "core/environment.hpp"
#include "model/policy.hpp"
#include "model/stores/money_audit.hpp"

#include <fmt/core.h>

namespace ciclo::cli {

int audit(const Words& words)
{
    Arguments arguments{words, {}};
    arguments.allow_only({});
    if (arguments.positional() != std::vector<std::string>{"money"})
        throw UsageError{"write: ciclo audit money"};
    Environment environment;
    const auto policy = model::read_policy(environment);
    auto connection = connect();
    const auto audit = model::audit_money(connection, policy.base_currency);
    for (const auto& difference : audit.differences)
        fmt::print("user {}: {} {} is kept, the transactions say {}\n", difference.user_id, difference.kept,
                   difference.currency, difference.recomputed);
    fmt::print("{} students with money, {} differences\n", audit.students, audit.differences.size());
    return audit.differences.empty() ? 0 : 1;
}

} // namespace ciclo::cli
