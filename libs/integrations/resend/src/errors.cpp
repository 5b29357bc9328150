#include "resend/errors.hpp"

#include "core/json.hpp"
#include "net/header_number.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace ciclo::resend {

namespace {

using namespace std::chrono_literals;

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

ErrorKind kind_of(int status, std::string_view name)
{
    if (is_one_of(name, {"rate_limit_exceeded", "concurrent_idempotent_requests"}))
        return ErrorKind::rate_limited;
    if (is_one_of(name, {"daily_quota_exceeded", "monthly_quota_exceeded", "missing_api_key", "restricted_api_key",
                         "invalid_api_key", "invalid_from_address"}))
        return ErrorKind::unauthorized;
    if (name == "invalid_idempotent_request")
        return ErrorKind::duplicate;
    if (status == 401 || status == 403)
        return ErrorKind::unauthorized;
    if (status == 429)
        return ErrorKind::rate_limited;
    if (status >= 500)
        return ErrorKind::unavailable;
    if (status == 400 || status == 422)
        return ErrorKind::invalid_input;
    return ErrorKind::internal;
}

std::chrono::milliseconds wait_told(const net::HttpAnswer& answer)
{
    return std::chrono::seconds{std::min(net::header_number(answer.header("retry-after")).value_or(1), 86'400)};
}

} // namespace

Error classify(const net::HttpAnswer& answer)
{
    const auto document = JsonDocument::parse(answer.body);
    const std::string name = document ? document->root()["name"].text() : std::string{};
    std::string message = document ? document->root()["message"].text() : answer.body.substr(0, 100);
    std::replace_if(
        message.begin(), message.end(), [](char c) { return c == '@'; }, '*');
    Error error{kind_of(answer.status, name), fmt::format("Resend {} {}: {}", answer.status, name, message), {}};
    if (error.kind == ErrorKind::rate_limited)
        error.retry_after = wait_told(answer);
    return error;
}

} // namespace ciclo::resend
