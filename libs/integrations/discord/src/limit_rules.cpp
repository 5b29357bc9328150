#include "discord/limit_rules.hpp"

#include "core/json.hpp"
#include "core/text.hpp"
#include "discord/errors.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace ciclo::discord {

namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;

// Clocks and networks: Discord's window ends a little later than we reckon.
constexpr microseconds margin = 50ms;
constexpr microseconds longest_probe = 10s;
constexpr microseconds probe_poll = 20ms;
constexpr microseconds refusal_window = 10min;

template <class Number>
std::optional<Number> number_of(std::string_view text)
{
    Number value{};
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    return text.empty() || failure != std::errc{} ? std::nullopt : std::optional{value};
}

std::optional<microseconds> seconds_of(std::string_view text)
{
    const auto seconds = number_of<double>(text);
    if (!seconds || !std::isfinite(*seconds) || *seconds < 0)
        return std::nullopt;
    // Rounded up: 0.3 s must not become 0.
    return microseconds{static_cast<std::int64_t>(std::ceil(std::min(*seconds, 86'400.0) * 1e6))};
}

// A burst of a fifth, the rest evenly: no second of anybody's counting holds more than `per_second`.
struct Pace {
    microseconds interval;
    microseconds tolerance;
};

Pace pace_of(int per_second)
{
    const int burst = std::max(1, per_second / 5);
    const int sustained = std::max(1, per_second - burst);
    const microseconds interval{1'000'000 / sustained};
    return {interval, interval * (burst - 1)};
}

void roll_refusals(GlobalState& global, Time now)
{
    if (now < global.refusals_since + refusal_window)
        return;
    const bool just_over = now < global.refusals_since + 2 * refusal_window;
    global.refusals_before = just_over ? global.refusals : 0;
    global.refusals = 0;
    global.refusals_since = now;
}

} // namespace

LimitAnswer read_limits(const net::HttpAnswer& answer)
{
    LimitAnswer told;
    told.status = answer.status;
    told.bucket = answer.header("X-RateLimit-Bucket");
    told.limit = number_of<int>(answer.header("X-RateLimit-Limit"));
    told.remaining = number_of<int>(answer.header("X-RateLimit-Remaining"));
    told.reset_after = seconds_of(answer.header("X-RateLimit-Reset-After"));
    if (answer.status != 429)
        return told;
    const auto document = JsonDocument::parse(answer.body);
    const bool is_json = document && document->root()["retry_after"].exists();
    told.is_blocked = !is_json;
    told.is_shared = answer.header("X-RateLimit-Scope") == "shared";
    told.is_global = !answer.header("X-RateLimit-Global").empty() || answer.header("X-RateLimit-Scope") == "global" ||
                     (is_json && document->root()["global"].boolean().value_or(false));
    told.retry_after = classify(answer).retry_after;
    return told;
}

microseconds caution(const GlobalState& global, Time now)
{
    if (now >= global.refusals_since + 2 * refusal_window)
        return 0us;
    const int refusals = std::max(global.refusals, now < global.refusals_since + refusal_window
                                                       ? global.refusals + global.refusals_before / 2
                                                       : global.refusals);
    if (refusals >= 5'000)
        return 5s;
    if (refusals >= 2'000)
        return 1s;
    if (refusals >= 1'000)
        return 200ms;
    return 0us;
}

microseconds reserve(GlobalState& global, RouteState& route, BucketState& bucket, int per_second, Time now)
{
    Time at = std::max({global.blocked_until, route.blocked_until, bucket.blocked_until});
    if (bucket.limit == BucketState::unknown && bucket.probing_until > now)
        at = std::max(at, now + probe_poll);
    const bool window_runs = bucket.resets_at > now;
    if (bucket.limit > 0 && window_runs && bucket.remaining <= 0)
        at = std::max(at, bucket.resets_at);
    const auto cautious = caution(global, now);
    const Pace pace = cautious > 0us ? Pace{cautious, 0us} : pace_of(per_second);
    at = std::max(at, global.next_at - pace.tolerance);
    if (at > now)
        return at - now;

    global.next_at = std::max(global.next_at, now) + pace.interval;
    if (bucket.limit == BucketState::unknown)
        bucket.probing_until = now + longest_probe;
    if (bucket.limit > 0 && !window_runs) {
        bucket.remaining = bucket.limit;
        bucket.resets_at = now + bucket.window;
    }
    --bucket.remaining;
    return 0us;
}

void learn(GlobalState& global, RouteState& route, BucketState& bucket, const LimitAnswer& answer, Time now)
{
    if (answer.status == 401 || answer.status == 403 || (answer.status == 429 && !answer.is_shared)) {
        roll_refusals(global, now);
        ++global.refusals;
    }
    bucket.probing_until = {};
    if (answer.limit && answer.remaining && answer.reset_after && *answer.limit > 0) {
        const auto length = *answer.reset_after + margin;
        // In one window the smaller number is the newer one: ours counts what is still under way.
        const bool same_window = bucket.limit > 0 && bucket.resets_at > now;
        bucket.remaining = same_window ? std::min(bucket.remaining, *answer.remaining) : *answer.remaining;
        bucket.resets_at = same_window ? std::max(bucket.resets_at, now + length) : now + length;
        const bool first_of_window = *answer.remaining == *answer.limit - 1;
        bucket.window = first_of_window ? length : std::max(bucket.window, length);
        bucket.limit = *answer.limit;
    } else if (bucket.limit == BucketState::unknown && answer.status != 429 && answer.status < 500) {
        bucket.limit = BucketState::unlimited;
    }
    if (answer.status != 429)
        return;
    const Time until = now + answer.retry_after + margin;
    if (answer.is_global || answer.is_blocked) {
        global.blocked_until = std::max(global.blocked_until, until);
    } else if (answer.is_shared || answer.remaining.value_or(0) > 0) {
        route.blocked_until = std::max(route.blocked_until, until);
    } else {
        bucket.blocked_until = std::max(bucket.blocked_until, until);
    }
}

namespace {

std::int64_t ticks(Time time)
{
    return time.time_since_epoch().count();
}

// "3 17 ..." -> the numbers; all zero when it is anything else.
template <std::size_t count>
std::array<std::int64_t, count> numbers(std::string_view text)
{
    std::array<std::int64_t, count> values{};
    const auto words = split(text, ' ');
    if (words.size() != count)
        return {};
    for (std::size_t i = 0; i < count; ++i) {
        const auto value = number_of<std::int64_t>(words[i]);
        if (!value)
            return {};
        values[i] = *value;
    }
    return values;
}

Time time_of(std::int64_t value)
{
    return Time{microseconds{value}};
}

} // namespace

std::string encode(const BucketState& state)
{
    return fmt::format("{} {} {} {} {} {}", state.limit, state.remaining, ticks(state.resets_at), state.window.count(),
                       ticks(state.blocked_until), ticks(state.probing_until));
}

BucketState decode_bucket(std::string_view text)
{
    const auto values = numbers<6>(text);
    return {static_cast<int>(values[0]), static_cast<int>(values[1]), time_of(values[2]),
            microseconds{values[3]},     time_of(values[4]),          time_of(values[5])};
}

std::string encode(const RouteState& state)
{
    return fmt::format("{} {}", ticks(state.blocked_until), state.bucket);
}

RouteState decode_route(std::string_view text)
{
    const auto blank = text.find(' ');
    const auto blocked = number_of<std::int64_t>(text.substr(0, blank));
    if (!blocked || blank == std::string_view::npos)
        return {};
    return {std::string{text.substr(blank + 1)}, time_of(*blocked)};
}

std::string encode(const GlobalState& state)
{
    return fmt::format("{} {} {} {} {}", ticks(state.next_at), ticks(state.blocked_until), ticks(state.refusals_since),
                       state.refusals, state.refusals_before);
}

GlobalState decode_global(std::string_view text)
{
    const auto values = numbers<5>(text);
    return {time_of(values[0]), time_of(values[1]), time_of(values[2]), static_cast<int>(values[3]),
            static_cast<int>(values[4])};
}

} // namespace ciclo::discord
