#pragma once

#include "core/result.hpp"
#include "net/http_client.hpp"

#include <chrono>
#include <deque>
#include <map>
#include <mutex>
#include <string>

namespace ciclo::discord {

// Keeps a process within Discord's limits (documentation, "Rate Limits"): one bucket for each route and
// major parameter as the headers tell, and the global limit of 50 a second with a margin. Thread-safe.
class RateLimits {
public:
    using Clock = std::chrono::steady_clock;

    // Discord allows 50 requests a second to a bot; a margin is left for its own way of counting.
    explicit RateLimits(std::size_t global_per_second = 45) : global_per_second_(global_per_second) {}

    // A place for one request of `bucket`, such as "PUT /guilds/1/members/roles". Answers when it may
    // be sent; a time in the past or now means at once. The place is taken either way, so wait or `give_back`.
    Clock::time_point reserve(const std::string& bucket, Clock::time_point now);
    void give_back(const std::string& bucket);

    // What the answer's headers, or a 429, told.
    void learn(const std::string& bucket, const net::HttpAnswer& answer, Clock::time_point now);

private:
    struct Bucket {
        int remaining = 1; // unknown until the first answer: one request at a time
        bool known = false;
        Clock::time_point resets_at{};
        Clock::time_point blocked_until{};
    };

    std::size_t global_per_second_;
    std::mutex mutex_;
    std::map<std::string, Bucket> buckets_;
    std::deque<Clock::time_point> recent_; // requests of the last second, for the global limit
    Clock::time_point blocked_until_{};
};

} // namespace ciclo::discord
