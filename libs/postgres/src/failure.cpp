#include "postgres/failure.hpp"

#include <utility>

namespace ciclo::postgres {

Failure::Failure(std::string sqlstate, const std::string& message)
    : std::runtime_error(message), sqlstate_(std::move(sqlstate))
{
}

bool Failure::is_unavailable() const noexcept
{
    // 08 connection, 53 insufficient resources, 57P operator intervention, 58 system error;
    // 25006 is what a server says that has become a standby.
    return sqlstate_.empty() || sqlstate_.starts_with("08") || sqlstate_.starts_with("53") ||
           sqlstate_.starts_with("57P") || sqlstate_.starts_with("58") || sqlstate_ == "25006";
}

bool Failure::is_conflict() const noexcept
{
    return sqlstate_.starts_with("40");
}

bool Failure::is_unique_violation() const noexcept
{
    return sqlstate_ == "23505";
}

Error Failure::to_error() const
{
    // 57014 and 55P03: the statement, or a lock that it waited for, took longer than we allow.
    if (is_unavailable() || is_conflict() || sqlstate_ == "57014" || sqlstate_ == "55P03")
        return Error{ErrorKind::unavailable, what()};
    if (is_unique_violation())
        return Error{ErrorKind::duplicate, what()};
    if (sqlstate_.starts_with("22") || sqlstate_.starts_with("23"))
        return Error{ErrorKind::invalid_input, what()};
    return Error{ErrorKind::internal, what()};
}

} // namespace ciclo::postgres
