#include "core/text.hpp"

#include <catch2/catch.hpp>

using namespace ciclo;

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD"; // U+FFFD

std::string replacements(int count)
{
    std::string text;
    for (int i = 0; i < count; ++i)
        text += replacement;
    return text;
}

struct BadBytes {
    const char* what;
    std::string bytes;
    int replaced;
};

} // namespace

TEST_CASE("trimmed leaves out blanks at both ends only", "[core][text]")
{
    CHECK(trimmed("  Rita Alves \r\n") == "Rita Alves");
    CHECK(trimmed("\t\v\f").empty());
    CHECK(trimmed("").empty());
    CHECK(trimmed("x") == "x");
}

TEST_CASE("lower_case changes ASCII letters only", "[core][text]")
{
    CHECK(lower_case("Rita.ALVES@Example.COM") == "rita.alves@example.com");
    CHECK(lower_case("AZaz[@`{09") == "azaz[@`{09");
    CHECK(lower_case("JOÃO") == "joÃo");
}

TEST_CASE("split keeps empty parts", "[core][text]")
{
    CHECK(split("a,b", ',') == std::vector<std::string>{"a", "b"});
    CHECK(split(",a,,", ',') == std::vector<std::string>{"", "a", "", ""});
    CHECK(split("", ',') == std::vector<std::string>{""});
}

TEST_CASE("well-formed text is stored as it is", "[core][text]")
{
    const std::string_view text = GENERATE(values<std::string_view>({
        "",
        "Rita",
        "João Conceição",
        "\x7f",
        "\xC2\x80",         // first of two bytes
        "\xDF\xBF",         // last of two bytes
        "\xE0\xA0\x80",     // first of three bytes
        "\xED\x9F\xBF",     // last before the surrogates
        "\xEE\x80\x80",     // first after the surrogates
        "\xEF\xBF\xBF",     // last of three bytes
        "\xF0\x90\x80\x80", // first of four bytes
        "\xF4\x8F\xBF\xBF", // U+10FFFF
        "日本語 😀",
    }));
    CAPTURE(text);

    CHECK(storable_text(text) == text);
}

TEST_CASE("bytes that PostgreSQL refuses become U+FFFD, and nothing around them is lost", "[core][text]")
{
    const BadBytes bad = GENERATE(values<BadBytes>({
        {"NUL", std::string(1, '\0'), 1},
        {"a continuation byte alone", "\x80", 1},
        {"a byte that never occurs", "\xFF", 1},
        {"an overlong slash of two bytes", "\xC0\xAF", 2},
        {"an overlong NUL of three bytes", "\xE0\x80\x80", 3},
        {"an overlong character of four bytes", "\xF0\x80\x80\x80", 4},
        {"a lone high surrogate", "\xED\xA0\x80", 3},
        {"a lone low surrogate", "\xED\xB0\x80", 3},
        {"a pair of surrogates", "\xED\xA0\xBD\xED\xB8\x80", 6},
        {"beyond U+10FFFF", "\xF4\x90\x80\x80", 4},
        {"five bytes", "\xF8\x88\x80\x80\x80", 5},
        {"Latin-1", "\xE3", 1},
    }));
    CAPTURE(bad.what);

    CHECK(storable_text(bad.bytes) == replacements(bad.replaced));
    CHECK(storable_text("ok" + bad.bytes + "ok") == "ok" + replacements(bad.replaced) + "ok");
}

TEST_CASE("a character that is cut short at the end becomes U+FFFD", "[core][text]")
{
    CHECK(storable_text("a\xC3") == "a" + replacements(1));
    CHECK(storable_text("a\xE2\x82") == "a" + replacements(2));
    CHECK(storable_text("a\xF0\x9F\x98") == "a" + replacements(3));
    // The byte that breaks a character may begin the next one.
    CHECK(storable_text("\xE2\x82\xC3\xA9") == replacements(2) + "é");
}

TEST_CASE("an e-mail address in a log shows its first letter and domain only", "[core][text]")
{
    CHECK(masked_email("Rita.Alves@Example.com") == "r***@example.com");
    CHECK(masked_email("r@example.com") == "r***@example.com");
    CHECK(masked_email("@example.com") == "***");
    CHECK(masked_email("Rita Alves") == "***");
    CHECK(masked_email("") == "***");
}
