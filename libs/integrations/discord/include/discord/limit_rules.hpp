#pragma once

#include "core/time.hpp"
#include "net/http_client.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

// When the next request may be sent, as pure functions of what is known (documentation, "Rate Limits").
namespace ciclo::discord {

// What is known of one bucket: of the limit that routes share under one id, for one guild, channel or webhook.
struct BucketState {
    static constexpr int unknown = 0;    // no answer yet: one request at a time
    static constexpr int unlimited = -1; // the route sends no headers

    int limit = unknown; // requests in a window
    int remaining = 0;   // in the window that ends at `resets_at`
    Time resets_at{};
    std::chrono::microseconds window{0}; // its length, as far as was seen
    Time blocked_until{};                // after a 429
    Time probing_until{};                // the one request of an unknown bucket is under way
};

// Of one route. A 429 that is not the bucket's own (a sub-limit, somebody else's use) blocks only the route.
struct RouteState {
    std::string bucket; // key of its bucket; empty: not told yet
    Time blocked_until{};
};

// Of everything that one bot token does.
struct GlobalState {
    Time next_at{}; // pace: ahead of now by what has been sent in a burst
    Time blocked_until{};
    Time refusals_since{}; // window of ten minutes
    int refusals = 0;      // answers 401, 403 and 429 in it
    int refusals_before = 0;
};

// What an answer says about limits. Absent headers are normal.
struct LimitAnswer {
    int status = 200;
    std::string bucket; // id without the major parameter
    std::optional<int> limit;
    std::optional<int> remaining;
    std::optional<std::chrono::microseconds> reset_after;
    bool is_global = false;
    bool is_shared = false;  // somebody else used the resource up: not counted against us
    bool is_blocked = false; // a 429 of Discord's edge, not of the API: the address is banned for a while
    std::chrono::microseconds retry_after{0};
};

LimitAnswer read_limits(const net::HttpAnswer& answer);

// Zero: the request may go now, and its place is taken. Otherwise: ask again after this time.
std::chrono::microseconds reserve(GlobalState& global, RouteState& route, BucketState& bucket, int per_second,
                                  Time now);

// `bucket` is the one that the answer names, if it names one.
void learn(GlobalState& global, RouteState& route, BucketState& bucket, const LimitAnswer& answer, Time now);

// Discord bans an address for 10,000 refusals in ten minutes. The pause between two requests that keeps far
// from it; zero while all is well.
std::chrono::microseconds caution(const GlobalState& global, Time now);

// The stored form; what cannot be read is taken as unknown.
std::string encode(const BucketState& state);
std::string encode(const RouteState& state);
std::string encode(const GlobalState& state);
BucketState decode_bucket(std::string_view text);
RouteState decode_route(std::string_view text);
GlobalState decode_global(std::string_view text);

} // namespace ciclo::discord
