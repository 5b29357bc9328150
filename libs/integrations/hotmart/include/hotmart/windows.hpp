#pragma once

#include "core/time.hpp"

#include <chrono>
#include <optional>
#include <utility>
#include <vector>

// Hotmart answers a question about many days with 502 after 30 s, so long times are asked in pieces.
namespace ciclo::hotmart {

// Both ends belong to it; Hotmart counts in milliseconds.
struct Window {
    Time first;
    Time last;

    friend bool operator==(const Window&, const Window&) = default;
};

inline constexpr std::chrono::days window_length{30};

// From `first` to `last` without a gap and without an overlap, oldest first.
std::vector<Window> windows_between(Time first, Time last, std::chrono::days length = window_length);

// The same time in two pieces; nothing when it is an hour or less already.
std::optional<std::pair<Window, Window>> halves(const Window& window);

// Milliseconds since 1970, as the API reads dates.
std::int64_t unix_ms(Time time) noexcept;

} // namespace ciclo::hotmart
