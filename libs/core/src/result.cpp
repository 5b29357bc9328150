#include "core/result.hpp"

#include <fmt/core.h>

#include <stdexcept>

namespace ciclo {

std::string_view to_string(ErrorKind kind) noexcept
{
    switch (kind) {
    case ErrorKind::not_found:
        return "not_found";
    case ErrorKind::duplicate:
        return "duplicate";
    case ErrorKind::invalid_input:
        return "invalid_input";
    case ErrorKind::refused:
        return "refused";
    case ErrorKind::unauthorized:
        return "unauthorized";
    case ErrorKind::rate_limited:
        return "rate_limited";
    case ErrorKind::unavailable:
        return "unavailable";
    case ErrorKind::unknown_outcome:
        return "unknown_outcome";
    case ErrorKind::internal:
        return "internal";
    }
    return "internal";
}

void throw_exception_from_error(const Error& error, const boost::source_location& /*location*/)
{
    throw std::runtime_error(fmt::format("{}: {}", to_string(error.kind), error.detail));
}

} // namespace ciclo
