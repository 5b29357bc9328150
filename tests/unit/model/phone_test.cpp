#include "model/rules/phone.hpp"

#include <catch2/catch.hpp>
#include <fmt/core.h>

#include <random>

using namespace ciclo::model;

namespace {

struct Example {
    const char* written;
    const char* e164; // nullptr: no number
    PhoneKind kind = PhoneKind::mobile;
};

constexpr Example examples[] = {
    {"(11) 98765-4321", "+5511987654321"},
    {"011 98765-4321", "+5511987654321"},
    {"0 15 11 98765-4321", "+5511987654321"},
    {"+55 31 8765-4321", "+5531987654321"},
    {"3187654321", "+5531987654321"},
    {"0055 31 98765-4321", "+5531987654321"},
    {"55987654321", "+5555987654321"}, // 55 is an area, too
    {"5555987654321", "+5555987654321"},
    {"+55 031 98765-4321", "+5531987654321"},
    {"55031987654321", "+5531987654321"},
    {" 31.98765.4321 ", "+5531987654321"},
    {"5532221234", "+555532221234", PhoneKind::fixed_line},
    {"555532221234", "+555532221234", PhoneKind::fixed_line},
    {"+553132654321", "+553132654321", PhoneKind::fixed_line},
    {"+351912345678", "+351912345678", PhoneKind::foreign},
    {"00351912345678", "+351912345678", PhoneKind::foreign},
    {"987654321", nullptr},
    {"0800 123 4567", nullptr},
    {"+5520987654321", nullptr}, // no such area
    {"31 98765 4321 / 31 3333-4444", nullptr},
    {"31 98765-4321 ramal 12", nullptr},
    {"31887654321", nullptr}, // nine digits that do not begin with 9
    {"3112345678", nullptr},
    {"+1234567", nullptr},
    {"1+5531987654321", nullptr},
    {"", nullptr},
    {"+", nullptr},
    {"não tenho", nullptr},
};

} // namespace

TEST_CASE("a telephone number is read however a Brazilian writes it")
{
    for (const auto& example : examples) {
        CAPTURE(example.written);
        const auto phone = phone_from(example.written);
        REQUIRE(phone.has_value() == (example.e164 != nullptr));
        if (phone) {
            CHECK(phone->e164 == example.e164);
            CHECK(phone->kind == example.kind);
        }
    }
}

TEST_CASE("a mobile is also looked for without its ninth digit, where it can ever have lacked it")
{
    CHECK(lookup_variants(*phone_from("+5531987654321")) == std::vector<std::string>{"5531987654321", "553187654321"});
    CHECK(lookup_variants(*phone_from("+5511912345678")) == std::vector<std::string>{"5511912345678"});
    CHECK(lookup_variants(*phone_from("3132654321")) == std::vector<std::string>{"553132654321"});
    CHECK(lookup_variants(*phone_from("+351912345678")) == std::vector<std::string>{"351912345678"});
}

TEST_CASE("every form of a number leads to the same one, and so does each of its variants")
{
    std::mt19937 dice{20260301};
    const auto digit = [&dice](int least, int most) {
        return static_cast<char>('0' + std::uniform_int_distribution{least, most}(dice));
    };
    for (int round = 0; round < 2000; ++round) {
        const std::string area = fmt::format("{}{}", digit(1, 9), digit(1, 9));
        std::string subscriber{digit(6, 9)};
        for (int i = 0; i < 7; ++i)
            subscriber += digit(0, 9);
        const auto phone = phone_from("+55" + area + "9" + subscriber);
        if (!phone)
            continue; // no area in use
        CAPTURE(phone->e164);
        for (const auto& written :
             {area + "9" + subscriber, area + subscriber, "55" + area + "9" + subscriber, "0" + area + "9" + subscriber,
              "(" + area + ") 9" + subscriber.substr(0, 4) + "-" + subscriber.substr(4)})
            CHECK(phone_from(written) == phone);
        const auto variants = lookup_variants(*phone);
        CHECK(variants.size() == 2);
        for (const auto& variant : variants)
            CHECK(phone_from("+" + variant) == phone);
    }
}

TEST_CASE("no text whatever makes reading a number fail")
{
    std::mt19937 dice{7};
    constexpr std::string_view alphabet = "0123456789+ ()-/x\xC3";
    for (int round = 0; round < 5000; ++round) {
        std::string text;
        for (auto length = dice() % 20; length > 0; --length)
            text += alphabet[dice() % alphabet.size()];
        CAPTURE(text);
        if (const auto phone = phone_from(text)) {
            CHECK(phone_from(phone->e164) == phone);
            CHECK(lookup_variants(*phone).front() == phone->digits());
        }
    }
}
