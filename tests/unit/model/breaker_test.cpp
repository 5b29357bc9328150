#include "model/rules/breaker.hpp"

#include <catch2/catch.hpp>

using ciclo::model::Breaker;
using namespace std::chrono_literals;

namespace {

Breaker::TimePoint at(std::chrono::seconds second)
{
    return Breaker::TimePoint{} + 1h + second;
}

} // namespace

TEST_CASE("a breaker opens after several failures in a row, and says so once", "[model][breaker]")
{
    Breaker breaker{3, 60s};

    CHECK_FALSE(breaker.failed(at(0s)));
    CHECK_FALSE(breaker.failed(at(1s)));
    CHECK_FALSE(breaker.is_open(at(1s)));
    CHECK(breaker.failed(at(2s)));
    CHECK(breaker.is_open(at(2s)));
    CHECK(breaker.is_open(at(61s)));
    CHECK_FALSE(breaker.failed(at(3s)));
}

TEST_CASE("a success in between starts the count anew", "[model][breaker]")
{
    Breaker breaker{2, 60s};
    breaker.failed(at(0s));
    breaker.succeeded();

    CHECK_FALSE(breaker.failed(at(1s)));
    CHECK_FALSE(breaker.is_open(at(1s)));
}

TEST_CASE("after the pause one may try, and the outcome decides", "[model][breaker]")
{
    Breaker breaker{2, 60s};
    breaker.failed(at(0s));
    breaker.failed(at(0s));
    REQUIRE(breaker.is_open(at(59s)));

    CHECK_FALSE(breaker.is_open(at(60s)));
    CHECK(breaker.is_suspicious());
    CHECK_FALSE(breaker.failed(at(60s))); // not told a second time
    CHECK(breaker.is_open(at(119s)));

    CHECK_FALSE(breaker.is_open(at(120s)));
    breaker.succeeded();
    CHECK_FALSE(breaker.is_suspicious());
    CHECK_FALSE(breaker.is_open(at(120s)));
}
