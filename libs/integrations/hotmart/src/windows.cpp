#include "hotmart/windows.hpp"

#include <algorithm>

namespace ciclo::hotmart {

namespace {

using namespace std::chrono_literals;

Time whole_ms(Time time)
{
    return std::chrono::floor<std::chrono::milliseconds>(time);
}

} // namespace

std::vector<Window> windows_between(Time first, Time last, std::chrono::days length)
{
    std::vector<Window> windows;
    for (Time start = whole_ms(first); start <= last; start += length)
        windows.push_back(Window{start, std::min(start + length - 1ms, whole_ms(last))});
    return windows;
}

std::optional<std::pair<Window, Window>> halves(const Window& window)
{
    if (window.last - window.first <= 1h)
        return std::nullopt;
    const Time middle = whole_ms(window.first + (window.last - window.first) / 2);
    return std::pair{Window{window.first, middle - 1ms}, Window{middle, window.last}};
}

std::int64_t unix_ms(Time time) noexcept
{
    return std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
}

} // namespace ciclo::hotmart
