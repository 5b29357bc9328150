#include "model/rules/money.hpp"

#include <fmt/core.h>

#include <charconv>
#include <limits>

namespace ciclo::model {

namespace {

constexpr int decimal_places = 6;
constexpr std::int64_t limit = 1'000'000'000'000LL * 1'000'000; // a thousand billion
constexpr std::int64_t most_before_a_digit = (std::numeric_limits<std::int64_t>::max() - 9) / 10;

bool is_digit(char c) noexcept
{
    return c >= '0' && c <= '9';
}

} // namespace

std::optional<Money> Money::parse(std::string_view text) noexcept
{
    const bool negative = text.starts_with('-');
    if (negative)
        text.remove_prefix(1);
    std::int64_t digits = 0;
    int exponent = 0; // of ten, for `digits`
    bool any = false;
    bool after_point = false;
    std::size_t i = 0;
    for (; i < text.size() && (is_digit(text[i]) || text[i] == '.'); ++i) {
        if (text[i] == '.') {
            if (after_point || i + 1 == text.size())
                return std::nullopt;
            after_point = true;
            continue;
        }
        if (digits > most_before_a_digit)
            return std::nullopt;
        digits = digits * 10 + (text[i] - '0');
        exponent -= after_point ? 1 : 0;
        any = true;
    }
    if (!any)
        return std::nullopt;
    if (i < text.size()) {
        if (text[i] != 'e' && text[i] != 'E')
            return std::nullopt;
        std::string_view power = text.substr(i + 1);
        if (power.starts_with('+') && !power.starts_with("+-"))
            power.remove_prefix(1);
        int value = 0;
        const auto [end, failure] = std::from_chars(power.data(), power.data() + power.size(), value);
        if (failure != std::errc{} || end != power.data() + power.size() || value > 20 || value < -20)
            return std::nullopt;
        exponent += value;
    }
    for (; exponent > -decimal_places; --exponent) {
        if (digits > limit / 10)
            return digits == 0 ? std::optional{Money{}} : std::nullopt;
        digits *= 10;
    }
    for (; exponent < -decimal_places; ++exponent) {
        if (digits % 10 != 0)
            return std::nullopt;
        digits /= 10;
    }
    if (digits > limit)
        return std::nullopt;
    return Money{negative ? -digits : digits};
}

std::string Money::text() const
{
    const std::int64_t amount = millionths_ < 0 ? -millionths_ : millionths_;
    std::string result = fmt::format("{}{}.{:06}", millionths_ < 0 ? "-" : "", amount / 1'000'000, amount % 1'000'000);
    while (result.ends_with('0') && result[result.size() - 3] != '.')
        result.pop_back();
    return result;
}

} // namespace ciclo::model
