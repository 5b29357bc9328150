#pragma once

#include "core/shared_state.hpp"
#include "net/http_client.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace ciclo::discord {

// What a limit is kept for: the route's template with its method, and the guild, channel or webhook.
struct Route {
    std::string name;  // "PUT /guilds/{guild}/members/{user}/roles/{role}"
    std::string major; // id of the guild, channel or webhook; empty when it has none

    std::string key() const { return "discord route " + name + " " + major; }
};

// Keeps every process that shares a state within Discord's limits: buckets as the headers tell, the global
// limit with a margin, and far from the ban for too many refusals. Thread-safe. See limit_rules.hpp.
class RateLimits {
public:
    // Discord allows a bot 50 requests a second, counted in its own way.
    static constexpr std::size_t default_per_second = 45;

    explicit RateLimits(std::size_t per_second = default_per_second); // for this process alone
    explicit RateLimits(SharedState& state, std::size_t per_second = default_per_second);

    // Zero: send now, the place is taken. Otherwise ask again after this time.
    std::chrono::milliseconds reserve(const Route& route);

    // What the answer's headers, or a 429, told.
    void learn(const Route& route, const net::HttpAnswer& answer);

    // Nothing came back: nobody needs to wait for what that answer would have told.
    void no_answer(const Route& route);

private:
    std::string bucket_of(const Route& route);
    void remember(const Route& route, const std::string& bucket);

    std::unique_ptr<SharedState> own_;
    SharedState& state_;
    int per_second_;
    std::mutex mutex_;
    std::map<std::string, std::string> buckets_; // of routes, as last seen: which names to ask for
};

} // namespace ciclo::discord
