#include "hotmart/windows.hpp"

#include <catch2/catch.hpp>

using namespace ciclo;
using namespace ciclo::hotmart;
using namespace std::chrono_literals;

namespace {

const Time start = *time_from_text("2020-02-10T08:30:00.5Z");

} // namespace

TEST_CASE("windows cover six years without a gap, an overlap or a long one", "[hotmart]")
{
    const Time end = start + std::chrono::days{6 * 365 + 1};

    const auto windows = windows_between(start, end);

    REQUIRE(windows.size() == 74);
    CHECK(windows.front().first == start);
    CHECK(windows.back().last == end);
    for (std::size_t i = 0; i < windows.size(); ++i) {
        CHECK(windows[i].first <= windows[i].last);
        CHECK(windows[i].last - windows[i].first < std::chrono::days{30});
        if (i > 0)
            CHECK(windows[i].first - windows[i - 1].last == 1ms);
    }
}

TEST_CASE("a window is halved until an hour is left, and the halves are the whole", "[hotmart]")
{
    Window window{start, start + std::chrono::days{30} - 1ms};
    int times = 0;
    while (const auto pieces = halves(window)) {
        CHECK(pieces->first.first == window.first);
        CHECK(pieces->second.last == window.last);
        CHECK(pieces->second.first - pieces->first.last == 1ms);
        window = pieces->first;
        ++times;
    }
    CHECK(times == 10);
    CHECK(window.last - window.first <= 1h);
}
