#include "provider_health.hpp"

namespace ciclo::manychat_worker {

bool ProviderHealth::may_call()
{
    const std::lock_guard lock{mutex_};
    return !breaker_.is_open(std::chrono::steady_clock::now());
}

void ProviderHealth::succeeded()
{
    const std::lock_guard lock{mutex_};
    breaker_.succeeded();
}

bool ProviderHealth::failed(const Error& error)
{
    const std::lock_guard lock{mutex_};
    switch (error.kind) {
    case ErrorKind::unavailable:
    case ErrorKind::unknown_outcome:
    case ErrorKind::unauthorized:
        return breaker_.failed(std::chrono::steady_clock::now());
    case ErrorKind::rate_limited:
        break;
    case ErrorKind::not_found:
    case ErrorKind::duplicate:
    case ErrorKind::invalid_input:
    case ErrorKind::refused:
    case ErrorKind::internal:
        breaker_.succeeded(); // any clear answer, a refusal included, shows that it works
        break;
    }
    return false;
}

bool ProviderHealth::is_suspicious()
{
    const std::lock_guard lock{mutex_};
    return breaker_.is_suspicious();
}

} // namespace ciclo::manychat_worker
