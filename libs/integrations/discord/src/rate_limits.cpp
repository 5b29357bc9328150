#include "discord/rate_limits.hpp"

#include "core/json.hpp"
#include "discord/errors.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

namespace ciclo::discord {

namespace {

using namespace std::chrono_literals;

constexpr auto margin = 50ms;

template <class Number>
std::optional<Number> number_of(std::string_view text)
{
    Number value{};
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    return text.empty() || failure != std::errc{} ? std::nullopt : std::optional{value};
}

bool is_global(const net::HttpAnswer& answer)
{
    return !answer.header("X-RateLimit-Global").empty() || answer.header("X-RateLimit-Scope") == "global";
}

} // namespace

RateLimits::Clock::time_point RateLimits::reserve(const std::string& key, Clock::time_point now)
{
    const std::lock_guard lock{mutex_};
    Bucket& bucket = buckets_[key];
    if (bucket.known && bucket.resets_at <= now) {
        bucket.known = false; // a new window: its size is told by the next answer
        bucket.remaining = 1;
    }
    auto allowed = std::max({now, blocked_until_, bucket.blocked_until});
    if (bucket.remaining <= 0 && bucket.known)
        allowed = std::max(allowed, bucket.resets_at + margin);
    --bucket.remaining;

    while (!recent_.empty() && recent_.front() + 1s <= now)
        recent_.pop_front();
    if (recent_.size() >= global_per_second_)
        allowed = std::max(allowed, recent_[recent_.size() - global_per_second_] + 1s);
    recent_.push_back(allowed);
    return allowed;
}

void RateLimits::give_back(const std::string& key)
{
    const std::lock_guard lock{mutex_};
    ++buckets_[key].remaining;
    if (!recent_.empty())
        recent_.pop_back();
}

void RateLimits::learn(const std::string& key, const net::HttpAnswer& answer, Clock::time_point now)
{
    const std::lock_guard lock{mutex_};
    Bucket& bucket = buckets_[key];
    const auto remaining = number_of<int>(answer.header("X-RateLimit-Remaining"));
    const auto reset_after = number_of<double>(answer.header("X-RateLimit-Reset-After"));
    if (remaining && reset_after && std::isfinite(*reset_after)) {
        const auto resets_at = now + std::chrono::milliseconds{
                                         static_cast<std::int64_t>(std::ceil(std::min(*reset_after, 3600.0) * 1000))};
        // Answers may come out of order: inside one window the smaller number is the newer one.
        const bool same_window = bucket.known && bucket.resets_at > now;
        bucket.remaining = same_window ? std::min(bucket.remaining, *remaining) : *remaining;
        bucket.resets_at = resets_at;
        bucket.known = true;
    } else if (!bucket.known) {
        bucket.remaining = 1; // a route without headers
    }
    if (answer.status == 429) {
        const auto until = now + classify(answer).retry_after;
        (is_global(answer) ? blocked_until_ : bucket.blocked_until) = until;
    }
}

} // namespace ciclo::discord
