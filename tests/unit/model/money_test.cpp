#include "model/rules/money.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>
#include <vector>

using namespace ciclo::model;

namespace {

struct Amount {
    const char* written;
    const char* text;
};

Money money(std::string_view text)
{
    const auto parsed = Money::parse(text);
    REQUIRE(parsed.has_value());
    return *parsed;
}

// Some amount as Hotmart might write it, with none to six decimal places.
std::string random_amount(std::mt19937& random)
{
    std::string text = random() % 4 == 0 ? "-" : "";
    text += std::to_string(random() % 1'000'000);
    const auto places = random() % 7;
    if (places > 0)
        text += '.';
    for (unsigned i = 0; i < places; ++i)
        text += static_cast<char>('0' + random() % 10);
    return text;
}

} // namespace

TEST_CASE("an amount of money is read exactly and written as short as it can be", "[model][money]")
{
    const auto [written, text] = GENERATE(values<Amount>({
        {"0", "0.00"},
        {"-0", "0.00"},
        {"0.00", "0.00"},
        {"997", "997.00"},
        {"1.0", "1.00"},
        {"89.9", "89.90"},
        {"89.90", "89.90"},
        {"124.75", "124.75"},
        {"0.10", "0.10"},
        {"0.015", "0.015"},
        {"0.000001", "0.000001"},
        {"0.1234560", "0.123456"},
        {"0.1000000000", "0.10"},
        {"007.50", "7.50"},
        {".5", "0.50"},
        {"-3", "-3.00"},
        {"-0.01", "-0.01"},
        {"1.5e2", "150.00"},
        {"1.5E2", "150.00"},
        {"1e+3", "1000.00"},
        {"15e-1", "1.50"},
        {"10000000e-7", "1.00"},
        {"0e20", "0.00"},
        {"1e12", "1000000000000.00"},
        {"999999999999.999999", "999999999999.999999"},
        {"1000000000000", "1000000000000.00"},
        {"-1000000000000.000000", "-1000000000000.00"},
    }));
    CAPTURE(written);

    const auto parsed = Money::parse(written);

    REQUIRE(parsed.has_value());
    CHECK(parsed->text() == text);
    CHECK(Money::parse(parsed->text()) == parsed);
}

TEST_CASE("what is no exact amount of money is refused", "[model][money]")
{
    const std::string_view text = GENERATE(values<std::string_view>({
        "",
        "-",
        "+5",
        "--1",
        " 1",
        "1 ",
        "R$ 10",
        "1,50",
        "1.234,56",
        "5.",
        ".",
        "-.",
        "1..2",
        "1.2.3",
        "12a",
        "0x10",
        "NaN",
        "Infinity",
        "e5",
        "1e",
        "1e+",
        "1e+-5",
        "1e++5",
        "1e1.5",
        "1e5 ",
        "0.0000001",
        "1.2345678",
        "1e-7",
        "1e13",
        "1e21",
        "1e-21",
        "1e99999999999",
        "1000000000000.000001",
        "1000000000001",
        "9223372036854775807",
        "9223372036854775808",
        "9999999999999999999",
        "10000000000000000000",
        "18446744073709551616",
        "99999999999999999999999999999999999999",
        "0.00000000000000000000000000000000000001",
    }));
    CAPTURE(text);

    CHECK_FALSE(Money::parse(text).has_value());
}

TEST_CASE("a very long text costs no more than its length", "[model][money]")
{
    const std::string zeros(1'000'000, '0');

    CHECK(Money::parse(zeros) == Money{});
    CHECK(Money::parse("0." + zeros) == Money{});
    CHECK(Money::parse(zeros + "7") == money("7"));
    CHECK_FALSE(Money::parse(zeros + "x").has_value());
    CHECK_FALSE(Money::parse(std::string(1'000'000, '.')).has_value());
}

TEST_CASE("an amount read from its own text is the same amount", "[model][money]")
{
    std::mt19937 random{20260101};
    for (int i = 0; i < 5'000; ++i) {
        const std::string written = random_amount(random);
        CAPTURE(written);
        const Money amount = money(written);
        if (money(amount.text()) != amount)
            FAIL(amount.text());
    }
}

TEST_CASE("sums are exact, whatever their order", "[model][money]")
{
    Money tenths;
    for (int i = 0; i < 1'000; ++i)
        tenths = tenths + money("0.1");
    CHECK(tenths == money("100"));
    CHECK((money("0.1") + money("0.2")).text() == "0.30");

    std::mt19937 random{7};
    std::vector<Money> amounts(500);
    std::generate(amounts.begin(), amounts.end(), [&] { return money(random_amount(random)); });
    Money forwards;
    for (const Money amount : amounts)
        forwards = forwards + amount;
    std::shuffle(amounts.begin(), amounts.end(), random);
    Money shuffled;
    for (const Money amount : amounts)
        shuffled = shuffled + amount;
    CHECK(forwards == shuffled);
    for (const Money amount : amounts)
        shuffled = shuffled - amount;
    CHECK(shuffled == Money{});
}

TEST_CASE("amounts are compared by value", "[model][money]")
{
    CHECK(money("9.90") == money("9.9"));
    CHECK(money("9.90") < money("10"));
    CHECK(money("-10") < money("-9.90"));
    CHECK(money("-0.000001").is_negative());
    CHECK_FALSE(money("0").is_negative());
}
