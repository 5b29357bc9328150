#include "model/rules/retry.hpp"

#include <catch2/catch.hpp>

using namespace ciclo;
using namespace ciclo::model;
using namespace std::chrono_literals;

namespace {

Error error_of(ErrorKind kind, std::chrono::milliseconds retry_after = 0ms)
{
    return Error{kind, "told by a test", retry_after};
}

} // namespace

TEST_CASE("what is unavailable is tried again until the last attempt", "[model][retry]")
{
    for (int attempts = 1; attempts < max_attempts; ++attempts)
        CHECK(decide(error_of(ErrorKind::unavailable), attempts) == RetryDecision::retry);
    CHECK(decide(error_of(ErrorKind::unavailable), max_attempts) == RetryDecision::give_up);
    CHECK(decide(error_of(ErrorKind::unavailable), max_attempts + 1) == RetryDecision::give_up);
}

TEST_CASE("a rate limit only waits, however often it is met", "[model][retry]")
{
    for (const int attempts : {1, max_attempts, 1000})
        CHECK(decide(error_of(ErrorKind::rate_limited), attempts) == RetryDecision::wait);
}

TEST_CASE("an unknown outcome is never repeated by itself", "[model][retry]")
{
    for (const int attempts : {1, max_attempts})
        CHECK(decide(error_of(ErrorKind::unknown_outcome), attempts) == RetryDecision::outcome_unknown);
}

TEST_CASE("what repeating cannot mend is given up at once", "[model][retry]")
{
    for (const auto kind : {ErrorKind::not_found, ErrorKind::duplicate, ErrorKind::invalid_input, ErrorKind::refused,
                            ErrorKind::unauthorized, ErrorKind::internal})
        CHECK(decide(error_of(kind), 1) == RetryDecision::give_up);
}

TEST_CASE("delays double from one second up to ten minutes", "[model][retry]")
{
    const auto error = error_of(ErrorKind::unavailable);
    CHECK(delay_before_next(error, 1, 0) == 1s);
    CHECK(delay_before_next(error, 2, 0) == 2s);
    CHECK(delay_before_next(error, 3, 0) == 4s);
    CHECK(delay_before_next(error, max_attempts, 0) == 128s);
    CHECK(delay_before_next(error, 10, 0) == 512s);
    CHECK(delay_before_next(error, 11, 0) == 10min);
    CHECK(delay_before_next(error, 1'000'000, 0) == 10min);
    CHECK(delay_before_next(error, 0, 0) == 1s);
    CHECK(delay_before_next(error, -5, 0) == 1s);
}

TEST_CASE("jitter lengthens a delay by up to a half", "[model][retry]")
{
    const auto error = error_of(ErrorKind::unavailable);
    CHECK(delay_before_next(error, 3, 0.5) == 5s);
    CHECK(delay_before_next(error, 3, 0.999) < 6s);
    CHECK(delay_before_next(error, 3, 0.999) > 5900ms);
}

TEST_CASE("a time that the other side named is never undercut", "[model][retry]")
{
    CHECK(delay_before_next(error_of(ErrorKind::rate_limited, 90s), 1, 0) == 90s);
    CHECK(delay_before_next(error_of(ErrorKind::rate_limited, 1h), 11, 0.9) == 1h);
    CHECK(delay_before_next(error_of(ErrorKind::rate_limited, 200ms), 3, 0) == 4s);
}
