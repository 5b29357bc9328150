#include "discord/limit_rules.hpp"
#include "discord/rate_limits.hpp"

#include <catch2/catch.hpp>

using namespace ciclo;
using namespace ciclo::discord;
using namespace std::chrono_literals;

namespace {

const Time start{std::chrono::hours{500'000}};

// Everything one caller knows, and the time, which only moves when told.
struct Caller {
    GlobalState global;
    RouteState route;
    BucketState bucket;
    Time now = start;
    int per_second = 45;

    std::chrono::microseconds ask() { return reserve(global, route, bucket, per_second, now); }
    bool may_send() { return ask() == 0us; }
    void hear(const LimitAnswer& answer) { learn(global, route, bucket, answer, now); }
    void hear(int limit, int remaining, std::chrono::microseconds reset_after)
    {
        LimitAnswer answer;
        answer.limit = limit;
        answer.remaining = remaining;
        answer.reset_after = reset_after;
        hear(answer);
    }
};

LimitAnswer too_many(std::chrono::microseconds retry_after)
{
    LimitAnswer answer;
    answer.status = 429;
    answer.retry_after = retry_after;
    return answer;
}

} // namespace

TEST_CASE("of a route that nobody knows, one request goes and the others wait for its answer", "[limits]")
{
    Caller caller;
    CHECK(caller.may_send());
    CHECK(caller.ask() > 0us);
    CHECK(caller.ask() < 1s);

    caller.hear(5, 4, 1s);
    for (int i = 0; i < 4; ++i)
        CHECK(caller.may_send());
    CHECK_FALSE(caller.may_send());
}

TEST_CASE("an answer that never comes holds an unknown route up for some seconds only", "[limits]")
{
    Caller caller;
    CHECK(caller.may_send());
    caller.now += 11s;
    CHECK(caller.may_send());
}

TEST_CASE("an empty bucket is waited for a little longer than Discord says", "[limits]")
{
    Caller caller;
    caller.per_second = 10'000;
    caller.hear(10, 0, 1500ms);
    CHECK(caller.ask() > 1500ms);
    CHECK(caller.ask() < 1600ms);
    caller.now += 1600ms;
    for (int i = 0; i < 10; ++i)
        CHECK(caller.may_send());
    CHECK_FALSE(caller.may_send());
}

TEST_CASE("answers that come out of order never make a window larger", "[limits]")
{
    Caller caller;
    caller.hear(10, 9, 5s);
    CHECK(caller.may_send());
    CHECK(caller.may_send());
    caller.hear(10, 7, 4900ms);
    caller.hear(10, 8, 4950ms); // sent before, heard after
    for (int i = 0; i < 7; ++i)
        CHECK(caller.may_send());
    CHECK_FALSE(caller.may_send());
}

TEST_CASE("a route without headers is kept to the global pace only", "[limits]")
{
    Caller caller;
    caller.per_second = 10'000;
    CHECK(caller.may_send());
    caller.hear(LimitAnswer{});
    for (int i = 0; i < 500; ++i)
        CHECK(caller.may_send());
}

TEST_CASE("no second of any counting holds more than the pace allows", "[limits]")
{
    const int per_second = GENERATE(1, 4, 45, 50);
    CAPTURE(per_second);
    Caller caller;
    caller.per_second = per_second;
    caller.bucket.limit = BucketState::unlimited;
    std::vector<Time> sent;
    while (caller.now < start + 5s) {
        const auto wait = caller.ask();
        if (wait == 0us)
            sent.push_back(caller.now);
        else
            caller.now += wait;
    }
    for (std::size_t first = 0, last = 0; last < sent.size(); ++last) {
        while (sent[last] - sent[first] >= 1s)
            ++first;
        CHECK(static_cast<int>(last - first) + 1 <= std::max(per_second, 2));
    }
    CHECK(static_cast<int>(sent.size()) >= per_second * 5 * 3 / 4);
}

TEST_CASE("a 429 blocks what it concerns", "[limits]")
{
    Caller caller;
    caller.hear(10, 9, 5s);
    RouteState other_route;
    BucketState other_bucket;
    other_bucket.limit = BucketState::unlimited;
    const auto other = [&] { return reserve(caller.global, other_route, other_bucket, 45, caller.now); };

    SECTION("the bucket")
    {
        caller.hear(too_many(2s));
        CHECK(caller.ask() > 2s);
        CHECK(other() == 0us);
        RouteState same_bucket_other_route;
        CHECK(reserve(caller.global, same_bucket_other_route, caller.bucket, 45, caller.now) > 2s);
    }
    SECTION("a sub-limit: only the route")
    {
        auto answer = too_many(2s);
        answer.limit = 10;
        answer.remaining = 5;
        answer.reset_after = 5s;
        caller.hear(answer);
        CHECK(caller.ask() > 2s);
        RouteState same_bucket_other_route;
        CHECK(reserve(caller.global, same_bucket_other_route, caller.bucket, 45, caller.now) == 0us);
    }
    SECTION("somebody else's use: only the route, and it is no refusal")
    {
        auto answer = too_many(2s);
        answer.is_shared = true;
        caller.hear(answer);
        CHECK(caller.ask() > 2s);
        CHECK(caller.global.refusals == 0);
    }
    SECTION("the global limit: everything")
    {
        auto answer = too_many(2s);
        answer.is_global = true;
        caller.hear(answer);
        CHECK(other() > 2s);
        CHECK(caller.global.refusals == 1);
    }
    SECTION("a ban of the address: everything, for minutes")
    {
        auto answer = too_many(10min);
        answer.is_blocked = true;
        caller.hear(answer);
        CHECK(other() > 9min);
    }
}

TEST_CASE("many refusals slow everything down long before the ban", "[limits]")
{
    Caller caller;
    caller.bucket.limit = BucketState::unlimited;
    LimitAnswer refusal;
    refusal.status = 403;
    const auto [refusals, most_in_ten_seconds] =
        GENERATE(std::pair{999, 10'000}, std::pair{1'000, 51}, std::pair{2'000, 11}, std::pair{5'000, 3});
    for (int i = 0; i < refusals; ++i)
        caller.hear(refusal);
    int sent = 0;
    for (const Time end = caller.now + 10s; caller.now < end; caller.now += 10ms)
        sent += caller.may_send() ? 1 : 0;
    CAPTURE(refusals, sent);
    CHECK(sent <= most_in_ten_seconds);
    CHECK(sent >= 2);

    caller.now += 21min;
    CHECK(caution(caller.global, caller.now) == 0us);
}

TEST_CASE("what headers and body say of limits is read", "[limits]")
{
    net::HttpAnswer answer{200,
                           {{"x-ratelimit-bucket", "abcd"},
                            {"x-ratelimit-limit", "10"},
                            {"X-RateLimit-Remaining", "3"},
                            {"X-RateLimit-Reset-After", "0.3"}},
                           ""};
    const auto told = read_limits(answer);
    CHECK(told.bucket == "abcd");
    CHECK(told.limit == 10);
    CHECK(told.remaining == 3);
    CHECK(told.reset_after == 300ms);

    answer = {429, {{"Retry-After", "65"}}, R"({"message":"x","retry_after":64.57,"global":true})"};
    CHECK(read_limits(answer).retry_after == 64570ms);
    CHECK(read_limits(answer).is_global);
    CHECK_FALSE(read_limits(answer).is_blocked);

    answer = {429, {{"Retry-After", "65"}}, "error code: 1015"};
    CHECK(read_limits(answer).is_blocked);
    CHECK(read_limits(answer).retry_after == 65s);

    answer = {429, {}, R"({"code":0,"message":"You are being blocked from accessing our API temporarily"})"};
    CHECK(read_limits(answer).is_blocked);
    CHECK(read_limits(answer).retry_after == 10min);

    answer = {429, {{"X-RateLimit-Scope", "shared"}}, R"({"retry_after":1,"global":false})"};
    CHECK(read_limits(answer).is_shared);
}

TEST_CASE("a state that is written reads as the same, and nonsense as unknown", "[limits]")
{
    Caller caller;
    caller.hear(10, 9, 5s);
    caller.hear(too_many(2s));
    caller.route.bucket = "discord bucket abc 613";
    CHECK(encode(decode_bucket(encode(caller.bucket))) == encode(caller.bucket));
    CHECK(encode(decode_global(encode(caller.global))) == encode(caller.global));
    CHECK(decode_route(encode(caller.route)).bucket == "discord bucket abc 613");
    for (const auto* nonsense : {"", "x", "1 2 3", "1 2 3 4 5 6 7 8", "1 2 3 4 x 6"}) {
        CHECK(decode_bucket(nonsense).limit == BucketState::unknown);
        CHECK(decode_global(nonsense).refusals == 0);
    }
}

TEST_CASE("routes that share a bucket share its window once Discord has said so", "[limits]")
{
    Time present = start;
    LocalSharedState state{[&] { return present; }};
    RateLimits one{state};
    RateLimits other{state}; // another process
    const Route add{"PUT /guilds/{guild}/members/{user}/roles/{role}", "613"};
    const Route remove{"DELETE /guilds/{guild}/members/{user}/roles/{role}", "613"};
    const Route elsewhere{"PUT /guilds/{guild}/members/{user}/roles/{role}", "614"};
    const net::HttpAnswer answer{204,
                                 {{"X-RateLimit-Bucket", "b1"},
                                  {"X-RateLimit-Limit", "2"},
                                  {"X-RateLimit-Remaining", "1"},
                                  {"X-RateLimit-Reset-After", "5"}},
                                 ""};
    REQUIRE(one.reserve(add) == 0ms);
    one.learn(add, answer);
    REQUIRE(other.reserve(elsewhere) == 0ms); // another guild has a bucket of its own
    // The other process hears of the bucket by asking, and takes its last place.
    CHECK(other.reserve(add) == 0ms);
    CHECK(one.reserve(add) > 4s);
    // A route that nobody has called is not known to share it.
    CHECK(one.reserve(remove) == 0ms);
    one.learn(remove, {204,
                       {{"X-RateLimit-Bucket", "b1"},
                        {"X-RateLimit-Limit", "2"},
                        {"X-RateLimit-Remaining", "0"},
                        {"X-RateLimit-Reset-After", "5"}},
                       ""});
    CHECK(other.reserve(remove) > 4s);
    present += 6s;
    CHECK(other.reserve(remove) == 0ms);
    CHECK(one.reserve(add) == 0ms);
    CHECK(one.reserve(add) > 0ms);
}
