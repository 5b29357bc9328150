#include "discord/errors.hpp"

#include "core/json.hpp"

#include <fmt/core.h>

#include <charconv>
#include <cmath>
#include <optional>

namespace ciclo::discord {

namespace {

using namespace std::chrono_literals;

// Discord's own 429 is JSON with retry_after; what its edge sends to a blocked address is not.
constexpr std::chrono::milliseconds blocked_wait = 10min;

std::optional<std::chrono::milliseconds> seconds_text(std::string_view text)
{
    double seconds = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (text.empty() || failure != std::errc{} || !std::isfinite(seconds) || seconds < 0 || seconds > 86'400)
        return std::nullopt;
    // Rounded up: 0.3 s must not become 0.
    return std::chrono::milliseconds{static_cast<std::int64_t>(std::ceil(seconds * 1000))};
}

std::chrono::milliseconds wait_told(const net::HttpAnswer& answer)
{
    if (const auto document = JsonDocument::parse(answer.body))
        if (const auto told = seconds_text(document->root()["retry_after"].text()))
            return *told;
    return seconds_text(answer.header("Retry-After")).value_or(blocked_wait);
}

ErrorKind kind_of(int status, int code)
{
    switch (code) {
    case code::unknown_invite:
    case code::unknown_member:
    case code::unknown_role:
    case code::unknown_user:
    case code::unknown_webhook:
    case code::unknown_interaction:
        return ErrorKind::not_found;
    case code::cannot_message:
    case code::invalid_webhook_token: // of one webhook, not of the bot
        return ErrorKind::refused;
    default:
        break;
    }
    if (status == 401)
        return ErrorKind::unauthorized;
    if (status == 403)
        return ErrorKind::refused;
    if (status == 429)
        return ErrorKind::rate_limited;
    if (status >= 500)
        return ErrorKind::unavailable;
    if (status == 404 || code != 0)
        return ErrorKind::refused; // an id in our configuration that Discord does not know
    return ErrorKind::internal;
}

} // namespace

int error_code(const net::HttpAnswer& answer)
{
    const auto document = JsonDocument::parse(answer.body);
    return document ? static_cast<int>(document->root()["code"].integer().value_or(0)) : 0;
}

Error classify(const net::HttpAnswer& answer)
{
    const auto document = JsonDocument::parse(answer.body);
    const std::string message = document ? document->root()["message"].text() : answer.body.substr(0, 100);
    const int code = error_code(answer);
    Error error{kind_of(answer.status, code), fmt::format("Discord {} code {}: {}", answer.status, code, message), {}};
    if (error.kind == ErrorKind::rate_limited)
        error.retry_after = wait_told(answer);
    return error;
}

} // namespace ciclo::discord
