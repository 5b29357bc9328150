#include "discord/rate_limits.hpp"

#include "discord/limit_rules.hpp"

namespace ciclo::discord {

namespace {

const std::string global_key = "discord global";

std::string_view text_of(const SharedState::Texts& texts, const std::string& name)
{
    const auto found = texts.find(name);
    return found == texts.end() ? std::string_view{} : std::string_view{found->second};
}

// Until Discord has named the bucket, the route is its own.
std::string bucket_key(const RouteState& state, const Route& route)
{
    return state.bucket.empty() ? "discord bucket of " + route.key() : state.bucket;
}

} // namespace

RateLimits::RateLimits(std::size_t per_second)
    : own_(std::make_unique<LocalSharedState>()), state_(*own_), per_second_(static_cast<int>(per_second))
{
}

RateLimits::RateLimits(SharedState& state, std::size_t per_second)
    : state_(state), per_second_(static_cast<int>(per_second))
{
}

std::string RateLimits::bucket_of(const Route& route)
{
    const std::lock_guard lock{mutex_};
    const auto found = buckets_.find(route.key());
    return found == buckets_.end() ? bucket_key({}, route) : found->second;
}

void RateLimits::remember(const Route& route, const std::string& bucket)
{
    const std::lock_guard lock{mutex_};
    buckets_[route.key()] = bucket;
}

std::chrono::milliseconds RateLimits::reserve(const Route& route)
{
    for (int attempt = 0; attempt < 3; ++attempt) {
        const std::string expected = bucket_of(route);
        std::string actual;
        std::chrono::microseconds wait{0};
        state_.change({global_key, route.key(), expected}, [&](Time now, SharedState::Texts& texts) {
            RouteState route_state = decode_route(text_of(texts, route.key()));
            actual = bucket_key(route_state, route);
            if (actual != expected)
                return; // another process has learned a new one: look again with it
            GlobalState global = decode_global(text_of(texts, global_key));
            BucketState bucket = decode_bucket(text_of(texts, expected));
            wait = discord::reserve(global, route_state, bucket, per_second_, now);
            texts.clear(); // a place that was not taken changes nothing
            if (wait.count() > 0)
                return;
            texts[global_key] = encode(global);
            texts[expected] = encode(bucket);
        });
        if (actual == expected)
            return std::chrono::ceil<std::chrono::milliseconds>(wait);
        remember(route, actual);
    }
    return std::chrono::milliseconds{50};
}

void RateLimits::no_answer(const Route& route)
{
    const std::string name = bucket_of(route);
    state_.change({name}, [&](Time, SharedState::Texts& texts) {
        BucketState bucket = decode_bucket(text_of(texts, name));
        bucket.probing_until = {};
        texts[name] = encode(bucket);
    });
}

void RateLimits::learn(const Route& route, const net::HttpAnswer& answer)
{
    const LimitAnswer told = read_limits(answer);
    const std::string expected = bucket_of(route);
    const std::string named = told.bucket.empty() ? expected : "discord bucket " + told.bucket + " " + route.major;
    state_.change({global_key, route.key(), expected, named}, [&](Time now, SharedState::Texts& texts) {
        GlobalState global = decode_global(text_of(texts, global_key));
        RouteState route_state = decode_route(text_of(texts, route.key()));
        BucketState bucket = decode_bucket(text_of(texts, named));
        discord::learn(global, route_state, bucket, told, now);
        if (!told.bucket.empty())
            route_state.bucket = named;
        texts.clear();
        texts[global_key] = encode(global);
        texts[route.key()] = encode(route_state);
        texts[named] = encode(bucket);
    });
    if (!told.bucket.empty())
        remember(route, named);
}

} // namespace ciclo::discord
