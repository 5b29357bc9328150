#include "hotmart_access.hpp"

#include "core/pause.hpp"
#include "model/stores/provider_access.hpp"

#include <optional>
#include <utility>

namespace ciclo::sync_worker {

namespace {

using namespace std::chrono_literals;

constexpr auto provider = "hotmart";

// Calls are taken several at a time, which saves a statement for each; they are used up soon or given up.
constexpr int calls_at_once = 10;
constexpr auto grant_life = 5s;

// So few are left that others must be calling, too: what Hotmart says is right then.
constexpr int nearly_used_up = 20;

} // namespace

HotmartConfig HotmartConfig::read(Environment& environment, const std::string& database_url)
{
    HotmartConfig config;
    config.database_url = database_url;
    config.enabled = environment.flag("HOTMART_ENABLED", true, "ask Hotmart's API");
    config.api = hotmart::read_settings(environment);
    config.calls_per_minute = static_cast<int>(environment.integer(
        "HOTMART_CALLS_PER_MINUTE", 500, 1, 1'000'000, "calls that this account may make, over all replicas"));
    config.api.page_size =
        static_cast<int>(environment.integer("HOTMART_PAGE_SIZE", 500, 1, 500, "items that are asked for at once"));
    return config;
}

HotmartAccess::HotmartAccess(const HotmartConfig& config, std::stop_token stop)
    : config_(config), stop_(std::move(stop)), session_(config.database_url, "sync-worker hotmart access"),
      client_(config.api, *this, *this, [this](std::chrono::milliseconds length) { return pause(stop_, length); })
{
}

Result<hotmart::AccessToken> HotmartAccess::obtain(Time needed_until, const std::string& rejected,
                                                   const std::function<Result<hotmart::AccessToken>()>& fetch)
{
    std::optional<Error> failure;
    const auto token =
        model::obtain_provider_token(session_.connection(), provider, config_.api.client_secret, needed_until, rejected,
                                     [&]() -> std::optional<model::ProviderToken> {
                                         auto fetched = fetch();
                                         if (!fetched) {
                                             failure = fetched.error();
                                             return std::nullopt;
                                         }
                                         return model::ProviderToken{std::move(fetched->value), fetched->expires_at};
                                     });
    if (token)
        return hotmart::AccessToken{token->value, token->expires_at};
    return failure.value_or(Error{ErrorKind::internal, "no token was kept", {}});
}

std::chrono::milliseconds HotmartAccess::take()
{
    const auto now = std::chrono::steady_clock::now();
    if (granted_ == 0 || now >= granted_until_) {
        const auto grant = model::take_provider_calls(session_.connection(), provider, calls_at_once,
                                                      config_.calls_per_minute, std::chrono::seconds{60});
        if (grant.calls == 0)
            return grant.wait;
        granted_ = grant.calls;
        granted_until_ = now + grant_life;
    }
    --granted_;
    return 0ms;
}

void HotmartAccess::told(int remaining, std::chrono::seconds until_reset)
{
    if (remaining > nearly_used_up)
        return;
    granted_ = 0;
    model::limit_provider_calls(session_.connection(), provider, remaining, until_reset);
}

} // namespace ciclo::sync_worker
