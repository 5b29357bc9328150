#pragma once

#include "core/time.hpp"
#include "postgres/connection.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

// What all replicas share in calling a provider: the access token, and how many calls are left.
namespace ciclo::model {

struct ProviderToken {
    std::string value;
    Time expires_at;
};

// The kept token when it is good beyond `needed_until` and not `rejected`; otherwise what `fetch` answers, which is
// kept then. Replicas that ask at the same time wait for the first of them. Tokens are kept encrypted under `secret`;
// one that cannot be decrypted (the secret was changed) counts as none.
std::optional<ProviderToken> obtain_provider_token(postgres::Connection& connection, std::string_view provider,
                                                   std::string_view secret, Time needed_until,
                                                   std::string_view rejected,
                                                   const std::function<std::optional<ProviderToken>()>& fetch);

struct CallGrant {
    int calls = 0;                     // how many may be made now
    std::chrono::milliseconds wait{0}; // when none: until the next window
};

// Takes up to `wanted` of the `per_window` calls of the present window, which begins with its first call.
CallGrant take_provider_calls(postgres::Connection& connection, std::string_view provider, int wanted, int per_window,
                              std::chrono::seconds window);

// The provider says that only `remaining` are left until `until_reset` is over: others are calling, too.
void limit_provider_calls(postgres::Connection& connection, std::string_view provider, int remaining,
                          std::chrono::seconds until_reset);

} // namespace ciclo::model
