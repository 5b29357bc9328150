#include "provider_health.hpp"

namespace ciclo::discord_worker {

namespace {

bool is_providers_fault(ErrorKind kind)
{
    return kind == ErrorKind::unavailable || kind == ErrorKind::unknown_outcome || kind == ErrorKind::unauthorized;
}

} // namespace

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
    if (is_providers_fault(error.kind))
        return breaker_.failed(std::chrono::steady_clock::now());
    if (error.kind != ErrorKind::rate_limited)
        breaker_.succeeded(); // any clear answer, a refusal included, shows that it works
    return false;
}

bool ProviderHealth::is_suspicious()
{
    const std::lock_guard lock{mutex_};
    return breaker_.is_suspicious();
}

} // namespace ciclo::discord_worker
