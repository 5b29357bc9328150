#include "model/rules/retry.hpp"

#include <algorithm>

namespace ciclo::model {

using namespace std::chrono_literals;

RetryDecision decide(const Error& error, int attempts_made) noexcept
{
    switch (error.kind) {
    case ErrorKind::rate_limited:
        return RetryDecision::wait;
    case ErrorKind::unavailable:
        return attempts_made >= max_attempts ? RetryDecision::give_up : RetryDecision::retry;
    case ErrorKind::unknown_outcome:
        return RetryDecision::outcome_unknown;
    case ErrorKind::not_found:
    case ErrorKind::duplicate:
    case ErrorKind::invalid_input:
    case ErrorKind::refused:
    case ErrorKind::unauthorized:
    case ErrorKind::internal:
        return RetryDecision::give_up;
    }
    return RetryDecision::give_up;
}

std::chrono::milliseconds delay_before_next(const Error& error, int attempts_made, double jitter) noexcept
{
    const int doublings = std::clamp(attempts_made - 1, 0, 10);
    const std::chrono::milliseconds growing = std::min<std::chrono::milliseconds>(1s * (1 << doublings), 10min);
    const auto spread =
        std::chrono::milliseconds{static_cast<std::int64_t>(static_cast<double>(growing.count()) * jitter / 2)};
    return std::max(growing + spread, error.retry_after);
}

} // namespace ciclo::model
