#include "net/read_again.hpp"

#include <catch2/catch.hpp>

#include <vector>

using namespace ciclo;
using namespace std::chrono_literals;

namespace {

struct Waits {
    std::vector<std::chrono::milliseconds> lengths;
    bool stops = false;
    net::ReadAgain::Pause pause = [this](std::chrono::milliseconds length) {
        lengths.push_back(length);
        return !stops;
    };
};

} // namespace

TEST_CASE("what may pass is read again with a growing delay until the attempts are used up", "[net]")
{
    const auto kind = GENERATE(ErrorKind::unavailable, ErrorKind::unknown_outcome, ErrorKind::internal);
    Waits waits;
    net::ReadAgain again{3, 10ms, waits.pause};

    CHECK_FALSE(again.after({kind, "first", {}}));
    CHECK_FALSE(again.after({kind, "second", {}}));
    CHECK(again.after({kind, "third", {}})->detail == "third");

    CHECK(waits.lengths == std::vector<std::chrono::milliseconds>{10ms, 20ms});
}

TEST_CASE("a limit is waited for as it says, five times, and uses up no attempt", "[net]")
{
    Waits waits;
    net::ReadAgain again{2, 10ms, waits.pause};
    const Error limited{ErrorKind::rate_limited, "limited", 7s};

    for (int i = 0; i < 5; ++i)
        CHECK_FALSE(again.after(limited));
    CHECK(again.after(limited)->kind == ErrorKind::rate_limited);
    CHECK_FALSE(again.after({ErrorKind::unavailable, "", {}}));

    CHECK(waits.lengths == std::vector<std::chrono::milliseconds>{7s, 7s, 7s, 7s, 7s, 10ms});
}

TEST_CASE("a refusal is final, and so is the end of the process", "[net]")
{
    Waits waits;
    net::ReadAgain again{9, 10ms, waits.pause};

    for (const auto kind : {ErrorKind::not_found, ErrorKind::duplicate, ErrorKind::invalid_input, ErrorKind::refused,
                            ErrorKind::unauthorized})
        CHECK(again.after({kind, "", {}})->kind == kind);
    CHECK(waits.lengths.empty());

    waits.stops = true;
    CHECK(again.after({ErrorKind::internal, "", {}})->kind == ErrorKind::unavailable);
}
