#include "hotmart/errors.hpp"

#include "core/json.hpp"
#include "net/header_number.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace ciclo::hotmart {

namespace {

ErrorKind kind_of(int status)
{
    switch (status) {
    case 400:
    case 422:
        return ErrorKind::invalid_input;
    case 401:
    case 403:
        return ErrorKind::unauthorized;
    case 404:
        return ErrorKind::not_found;
    case 429:
        return ErrorKind::rate_limited;
    default:
        return status >= 500 ? ErrorKind::unavailable : ErrorKind::internal;
    }
}

// Undocumented, but a proxy in between may say Retry-After instead.
std::chrono::milliseconds wait_told(const net::HttpAnswer& answer)
{
    for (const auto name : {"ratelimit-reset", "retry-after"})
        if (const auto seconds = net::header_number(answer.header(name)))
            return std::chrono::seconds{std::clamp(*seconds, 1, 600)};
    return std::chrono::seconds{60};
}

} // namespace

Error classify(const net::HttpAnswer& answer)
{
    const auto document = JsonDocument::parse(answer.body);
    const std::string name = document ? document->root()["error"].text() : std::string{};
    // The description may quote what was asked, and with it an address; the name tells enough.
    Error error{kind_of(answer.status), fmt::format("Hotmart {} {}", answer.status, name.substr(0, 80)), {}};
    if (error.kind == ErrorKind::rate_limited)
        error.retry_after = wait_told(answer);
    return error;
}

} // namespace ciclo::hotmart
