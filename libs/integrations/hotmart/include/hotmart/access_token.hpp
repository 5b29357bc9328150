#pragma once

#include "core/result.hpp"
#include "core/time.hpp"

#include <functional>
#include <string>

namespace ciclo::hotmart {

// Opaque, several hundred bytes; never to be logged.
struct AccessToken {
    std::string value;
    Time expires_at;
};

// Where the token is kept, so that all replicas use one and only one of them asks for the next.
class TokenStore {
public:
    virtual ~TokenStore() = default;

    // A token good beyond `needed_until` that is not `rejected` (one that Hotmart refused; empty: none): the kept one,
    // or what `fetch` brings, which is then kept.
    virtual Result<AccessToken> obtain(Time needed_until, const std::string& rejected,
                                       const std::function<Result<AccessToken>()>& fetch) = 0;
};

} // namespace ciclo::hotmart
