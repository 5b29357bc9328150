#include "core/time.hpp"

#include <fmt/core.h>

#include <cstdlib>

namespace ciclo {

namespace {

using std::chrono::microseconds;

constexpr std::int64_t last_second = 253402300799; // 9999-12-31T23:59:59Z
constexpr Time end_of_time{std::chrono::seconds{last_second + 1}};

// Reads a fixed number of digits and moves on.
bool take_digits(std::string_view& text, std::size_t count, int& value) noexcept
{
    if (text.size() < count)
        return false;
    value = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        value = value * 10 + (text[i] - '0');
    }
    text.remove_prefix(count);
    return true;
}

bool take(std::string_view& text, char expected) noexcept
{
    if (text.empty() || text.front() != expected)
        return false;
    text.remove_prefix(1);
    return true;
}

// Digits after the point, as microseconds; further digits are dropped.
std::int64_t take_fraction(std::string_view& text) noexcept
{
    std::int64_t value = 0;
    int digits = 0;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
        if (digits < 6) {
            value = value * 10 + (text.front() - '0');
            ++digits;
        }
        text.remove_prefix(1);
    }
    for (; digits < 6; ++digits)
        value *= 10;
    return value;
}

// "Z", "+00", "+0000" or "-03:00", in minutes; nothing at all means UTC.
std::optional<int> take_offset(std::string_view& text) noexcept
{
    if (text.empty() || take(text, 'Z') || take(text, 'z'))
        return 0;
    const int sign = text.front() == '-' ? -1 : 1;
    if (text.front() != '+' && text.front() != '-')
        return std::nullopt;
    text.remove_prefix(1);
    int hours = 0;
    int minutes = 0;
    if (!take_digits(text, 2, hours))
        return std::nullopt;
    take(text, ':');
    if (!text.empty() && !take_digits(text, 2, minutes))
        return std::nullopt;
    return sign * (hours * 60 + minutes);
}

} // namespace

Time now() noexcept
{
    return std::chrono::time_point_cast<microseconds>(std::chrono::system_clock::now());
}

std::optional<Time> time_from_unix_ms(std::int64_t milliseconds) noexcept
{
    if (milliseconds < 0 || milliseconds / 1000 > last_second)
        return std::nullopt;
    return Time{std::chrono::milliseconds{milliseconds}};
}

std::optional<Time> time_from_text(std::string_view text) noexcept
{
    int year = 0;
    int month = 0;
    int day = 0;
    if (!take_digits(text, 4, year) || !take(text, '-') || !take_digits(text, 2, month) || !take(text, '-') ||
        !take_digits(text, 2, day))
        return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                           std::chrono::day{static_cast<unsigned>(day)}};
    if (!date.ok() || year < 1970)
        return std::nullopt;
    std::int64_t seconds = 0;
    std::int64_t fraction = 0;
    if (take(text, 'T') || take(text, 't') || take(text, ' ')) {
        int hour = 0;
        int minute = 0;
        int second = 0;
        if (!take_digits(text, 2, hour) || !take(text, ':') || !take_digits(text, 2, minute))
            return std::nullopt;
        if (take(text, ':') && !take_digits(text, 2, second))
            return std::nullopt;
        if (hour > 23 || minute > 59 || second > 60)
            return std::nullopt;
        if (take(text, '.'))
            fraction = take_fraction(text);
        const auto offset = take_offset(text);
        if (!offset)
            return std::nullopt;
        seconds = hour * 3600LL + minute * 60LL + second - *offset * 60LL;
    }
    if (!text.empty())
        return std::nullopt;
    const Time time{std::chrono::sys_days{date}.time_since_epoch() + std::chrono::seconds{seconds} +
                    microseconds{fraction}};
    // An offset or a leap second may have led out of the accepted years.
    return time >= Time{} && time < end_of_time ? std::optional{time} : std::nullopt;
}

std::string to_iso8601(Time time)
{
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const std::int64_t rest = (time - day).count();
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), rest / 3'600'000'000,
                       rest / 60'000'000 % 60, rest / 1'000'000 % 60, rest % 1'000'000);
}

} // namespace ciclo
