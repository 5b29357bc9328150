#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ciclo::model {

// An exact decimal amount with six decimal places; never passes through floating point.
// The currency is kept beside it: amounts of different currencies are never added.
class Money {
public:
    constexpr Money() = default;

    // "997", "124.75", "1.0", "-3", "1.5e2". Nothing when it is no number, has more than six decimal
    // places, or is beyond a thousand billion.
    static std::optional<Money> parse(std::string_view text) noexcept;

    // The shortest decimal text, with at least two decimal places: "89.90".
    std::string text() const;

    constexpr bool is_negative() const noexcept { return millionths_ < 0; }
    friend constexpr Money operator+(Money a, Money b) noexcept { return Money{a.millionths_ + b.millionths_}; }
    friend constexpr Money operator-(Money a, Money b) noexcept { return Money{a.millionths_ - b.millionths_}; }
    friend constexpr auto operator<=>(Money, Money) noexcept = default;

private:
    constexpr explicit Money(std::int64_t millionths) noexcept : millionths_(millionths) {}
    std::int64_t millionths_ = 0;
};

} // namespace ciclo::model
