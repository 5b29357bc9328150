#include "core/time.hpp"

#include <catch2/catch.hpp>

#include <limits>

using namespace ciclo;
using namespace std::chrono_literals;

namespace {

struct Reading {
    const char* text;
    const char* meaning; // nullptr: no time at all
};

} // namespace

TEST_CASE("every form of a date that Hotmart or PostgreSQL writes is read", "[core][time]")
{
    const auto [text, meaning] = GENERATE(values<Reading>({
        {"2026-11-19T00:00:00Z", "2026-11-19T00:00:00.000000Z"},
        {"2026-12-05T12:00:00.000Z", "2026-12-05T12:00:00.000000Z"},
        {"2026-12-05t12:00:00z", "2026-12-05T12:00:00.000000Z"},
        {"2026-12-05T12:00:00.123456Z", "2026-12-05T12:00:00.123456Z"},
        {"2026-12-05T12:00:00.1Z", "2026-12-05T12:00:00.100000Z"},
        {"2026-12-05T12:00:00.123456789Z", "2026-12-05T12:00:00.123456Z"},
        {"2026-12-05T12:00:00.Z", "2026-12-05T12:00:00.000000Z"},
        {"2026-12-05T12:00Z", "2026-12-05T12:00:00.000000Z"},
        {"2026-12-05T12:00:00", "2026-12-05T12:00:00.000000Z"},
        {"2026-12-05", "2026-12-05T00:00:00.000000Z"},
        {"2026-12-05 12:00:00", "2026-12-05T12:00:00.000000Z"},
        {"2026-12-05 12:00:00.5+00", "2026-12-05T12:00:00.500000Z"},
        {"2026-12-05 09:00:00-03", "2026-12-05T12:00:00.000000Z"},
        {"2026-12-05T09:00:00-03:00", "2026-12-05T12:00:00.000000Z"},
        {"2026-12-05T17:30:00+0530", "2026-12-05T12:00:00.000000Z"},
        {"2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000000Z"},
        {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000000Z"},
        {"1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000000Z"},
        {"9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"},
    }));
    CAPTURE(text);

    const auto time = time_from_text(text);

    REQUIRE(time.has_value());
    CHECK(to_iso8601(*time) == meaning);
}

TEST_CASE("what is no date is no time", "[core][time]")
{
    const std::string_view text = GENERATE(values<std::string_view>({
        "",
        "yesterday",
        "2026",
        "2026-11",
        "2026-13-01",
        "2026-02-29",
        "2026-00-10",
        "2026-11-31T00:00:00Z",
        "2026-11-19T",
        "2026-11-19T24:00:00Z",
        "2026-11-19T12:60:00Z",
        "2026-11-19T12:00:61Z",
        "2026-11-19T12:00:00X",
        "2026-11-19T12:00:00+",
        "2026-11-19T12:00:00+3",
        "2026-11-19T12:00:00+03:0",
        "2026-11-19T12:00:00Z trailing",
        "19/11/2026",
        "+026-11-19",
        "1969-12-31T23:59:59Z",
    }));
    CAPTURE(text);

    CHECK_FALSE(time_from_text(text).has_value());
}

TEST_CASE("an offset or a leap second cannot lead out of the years 1970 to 9999", "[core][time]")
{
    // What is written must be readable again: such a time would be lost on its way through the database.
    CHECK_FALSE(time_from_text("1970-01-01T00:00:00+03:00").has_value());
    CHECK_FALSE(time_from_text("9999-12-31T23:59:59-01:00").has_value());
    CHECK_FALSE(time_from_text("9999-12-31T23:59:60Z").has_value());
    CHECK(time_from_text("1970-01-01T03:00:00+03:00") == Time{});
}

TEST_CASE("milliseconds since 1970 are a time only up to the year 9999", "[core][time]")
{
    REQUIRE(time_from_unix_ms(1762946705123).has_value());
    CHECK(to_iso8601(*time_from_unix_ms(1762946705123)) == "2025-11-12T11:25:05.123000Z");
    CHECK(time_from_unix_ms(0) == Time{});
    CHECK(to_iso8601(*time_from_unix_ms(253402300799999)) == "9999-12-31T23:59:59.999000Z");

    CHECK_FALSE(time_from_unix_ms(-1).has_value());
    CHECK_FALSE(time_from_unix_ms(253402300800000).has_value());
    CHECK_FALSE(time_from_unix_ms(std::numeric_limits<std::int64_t>::max()).has_value());
    CHECK_FALSE(time_from_unix_ms(std::numeric_limits<std::int64_t>::min()).has_value());
}

TEST_CASE("a time written as text is read back as the same time", "[core][time]")
{
    for (const auto since_1970 : {0us, 1us, 951782400s + 0us, 1762946705123456us, 253402300799999999us}) {
        const Time time{since_1970};
        CAPTURE(to_iso8601(time));
        CHECK(time_from_text(to_iso8601(time)) == time);
    }
}
