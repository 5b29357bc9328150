#include "core/json.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace ciclo;

namespace {

JsonDocument parsed(std::string_view text)
{
    return JsonDocument::parse(text).value();
}

std::string nested(std::size_t depth, std::string_view open, std::string_view close)
{
    std::string text;
    text.reserve(depth * (open.size() + close.size()) + 1);
    for (std::size_t i = 0; i < depth; ++i)
        text += open;
    text += '1';
    for (std::size_t i = 0; i < depth; ++i)
        text += close;
    return text;
}

struct Number {
    const char* json;
    std::optional<std::int64_t> integer;
};

} // namespace

TEST_CASE("a number keeps every digit that was written", "[core][json]")
{
    const std::string number = GENERATE(values<std::string>({
        "0",
        "-0",
        "997",
        "124.75",
        "1.0",
        "0.1",
        "89.90",
        "1e3",
        "1.5E-2",
        "-17.25",
        "9223372036854775807",
        "123456789012345678901234567890",
        "0.1234567890123456789012345678901234567890",
    }));
    CAPTURE(number);

    const auto document = parsed(R"({"value": )" + number + "}");

    CHECK(document.root()["value"].text() == number);
    CHECK(document.root().json() == R"({"value":)" + number + "}");
}

TEST_CASE("a whole number is read from a number or a numeric text", "[core][json]")
{
    const Number number = GENERATE(values<Number>({
        {"12", 12},
        {"\"12\"", 12},
        {"\" 12 \"", 12},
        {"-12", -12},
        {"12.0", 12},
        {"12.000", 12},
        {"\"0012\"", 12},
        {"9223372036854775807", 9223372036854775807},
        {"9223372036854775808", std::nullopt},
        {"12.5", std::nullopt},
        {"\"12a\"", std::nullopt},
        {"\"\"", std::nullopt},
        {"true", std::nullopt},
        {"null", std::nullopt},
        {"[12]", std::nullopt},
        {"{}", std::nullopt},
    }));
    CAPTURE(number.json);

    CHECK(parsed(number.json).root().integer() == number.integer);
}

TEST_CASE("text is read from text and numbers; anything else counts as absent", "[core][json]")
{
    const auto document =
        parsed(R"({"text":"a","number":7,"digits":"7","null":null,"true":true,"array":["x"],"object":{"x":"y"}})");
    const JsonView root = document.root();

    CHECK(root["text"].text() == "a");
    CHECK(root["number"].text() == "7");
    for (const auto name : {"null", "true", "array", "object", "missing"}) {
        CAPTURE(name);
        CHECK(root[name].text().empty());
    }
    CHECK(root["digits"].is_string());
    CHECK_FALSE(root["number"].is_string());
}

TEST_CASE("what is absent, null or of another shape can be walked through without harm", "[core][json]")
{
    const auto document = parsed(R"({"buyer":{"email":"a@b.example"},"list":[1,2],"null":null,"text":"x"})");
    const JsonView root = document.root();

    CHECK(root.at({"buyer", "email"}).text() == "a@b.example");
    CHECK_FALSE(root.at({"buyer", "email", "deeper"}).exists());
    CHECK_FALSE(root.at({"null", "email"}).exists());
    CHECK_FALSE(root.at({"text", "email"}).exists());
    CHECK_FALSE(root["null"].exists());
    CHECK(root["text"].exists());
    CHECK(root["list"].size() == 2);
    CHECK(root["list"].element(1).integer() == 2);
    CHECK_FALSE(root["list"].element(2).exists());
    CHECK_FALSE(root["list"]["0"].exists());
    CHECK(root["text"].size() == 0);
    CHECK_FALSE(root["text"].element(0).exists());
    CHECK_FALSE(JsonView{}["a"].element(3).at({"b"}).is_object());
    CHECK(JsonView{}.json() == "null");
}

TEST_CASE("truth is read from true, false and their names", "[core][json]")
{
    const auto document = parsed(R"([true, false, "true", "false", "TRUE", 1, null])");
    const JsonView root = document.root();

    CHECK(root.element(0).boolean() == true);
    CHECK(root.element(1).boolean() == false);
    CHECK(root.element(2).boolean() == true);
    CHECK(root.element(3).boolean() == false);
    for (const std::size_t other : {4U, 5U, 6U, 7U})
        CHECK_FALSE(root.element(other).boolean().has_value());
}

TEST_CASE("a moment is read from milliseconds, seconds or ISO text", "[core][json]")
{
    const std::string_view noon = "2026-12-05T12:00:00.000000Z";
    const std::string json = GENERATE(values<std::string>({
        "1796472000000",
        "\"1796472000000\"",
        "1796472000",
        "1796472000.0",
        "\"2026-12-05T12:00:00.000Z\"",
        "\" 2026-12-05 09:00:00-03 \"",
    }));
    CAPTURE(json);

    const auto time = parsed(json).root().time();

    REQUIRE(time.has_value());
    CHECK(to_iso8601(*time) == noon);
}

TEST_CASE("an impossible moment is none", "[core][json]")
{
    const std::string json = GENERATE(values<std::string>({
        "-1",
        "-9223372036854775808",
        "9223372036854775807",
        "99999999999999999999",
        "\"\"",
        "\"soon\"",
        "null",
        "true",
        "{}",
    }));
    CAPTURE(json);

    CHECK_FALSE(parsed(json).root().time().has_value());
}

TEST_CASE("of members with the same name the first counts", "[core][json]")
{
    const auto document = parsed(R"({"a":1,"a":2,"b":{"a":3},"a":4})");

    CHECK(document.root()["a"].integer() == 1);
    CHECK(document.root().json() == R"({"a":1,"a":2,"b":{"a":3},"a":4})");
}

TEST_CASE("what is no JSON is refused with its position", "[core][json]")
{
    const std::string text = GENERATE(values<std::string>({
        "",
        " ",
        "{",
        "}",
        "[1,]",
        R"({"a":1,})",
        R"({a:1})",
        R"({'a':1})",
        R"({"a" 1})",
        R"("open)",
        "\"line\nend\"",
        R"("\x")",
        R"("\u12")",
        "01",
        "1.",
        ".5",
        "+1",
        "1e",
        "NaN",
        "Infinity",
        "nul",
        "1 2",
        "{} {}",
        "// comment\n1",
        "event=PURCHASE_APPROVED&prod=0",
    }));
    CAPTURE(text);

    const auto document = JsonDocument::parse(text);

    REQUIRE(document.has_error());
    CHECK(document.error().kind == ErrorKind::invalid_input);
    CHECK(document.error().detail.starts_with("not JSON at byte "));
}

TEST_CASE("bytes that are no UTF-8 are refused wherever they stand", "[core][json]")
{
    for (const std::string_view bad : {"\xFF", "\x80", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82"}) {
        const std::string bytes{bad};
        CHECK(JsonDocument::parse("{\"a\":\"" + bytes + "\"}").has_error());
        CHECK(JsonDocument::parse("{\"" + bytes + "\":1}").has_error());
        CHECK(JsonDocument::parse("{\"a\":" + bytes + "}").has_error());
    }
}

TEST_CASE("a byte order mark before the document is overlooked", "[core][json]")
{
    CHECK(parsed("\xEF\xBB\xBF{\"a\":1}").root()["a"].integer() == 1);
}

TEST_CASE("a NUL byte is refused, an escaped one is read as U+FFFD", "[core][json]")
{
    using namespace std::string_literals;
    CHECK(JsonDocument::parse("{\"a\":1}\0"s).has_error());
    CHECK(JsonDocument::parse("{\"a\":1}\0{\"b\":2}"s).has_error());
    CHECK(JsonDocument::parse("{\"a\":\"x\0y\"}"s).has_error());

    CHECK(parsed(R"({"a":"x\u0000y"})").root()["a"].text() == "x\xEF\xBF\xBDy");
}

TEST_CASE("half a surrogate pair never becomes text that cannot be stored", "[core][json]")
{
    CHECK(parsed(R"("\ud83d\ude00")").root().text() == "😀");

    // Either the document is refused or the half is replaced: both leave storable text.
    for (const std::string half :
         {R"("\ud83d")", R"("\ud83dx")", R"("\ud83d\u0041")", R"("\ude00")", R"("\ude00\ud83d")"}) {
        CAPTURE(half);
        const auto document = JsonDocument::parse(half);
        if (document.has_value())
            CHECK(document->root().text() == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
    }
}

TEST_CASE("a million levels of nesting do no harm", "[core][json]")
{
    constexpr std::size_t depth = 1'000'000;

    CHECK(JsonDocument::parse(std::string(depth, '[')).has_error());
    CHECK(JsonDocument::parse(nested(depth, "{\"a\":", "")).has_error());

    const auto arrays = JsonDocument::parse(nested(depth, "[", "]"));
    REQUIRE(arrays.has_value());
    CHECK(arrays->root().element(0).element(0).is_array());
    CHECK(arrays->root().json().size() == 2 * depth + 1);

    const auto objects = JsonDocument::parse(nested(depth, "{\"a\":", "}"));
    REQUIRE(objects.has_value());
    CHECK(objects->root().at({"a", "a", "a"}).is_object());
    CHECK(objects->root().json().size() == 6 * depth + 1);
}

TEST_CASE("a document can be written again as compact JSON", "[core][json]")
{
    const auto document =
        parsed(" { \"a\" : [ 1.50 , \"x\\n\\\"\" , null , true , { } , [ ] ] , \"é\" : \"\\u00e9\" } ");

    CHECK(document.root().json() == R"({"a":[1.50,"x\n\"",null,true,{},[]],"é":"é"})");
    CHECK(document.root()["a"].element(1).json() == R"("x\n\"")");
}

TEST_CASE("what is written again can be stored: no text or name holds a NUL", "[core][json]")
{
    const auto document = parsed("{\"a\\u0000b\":[\"x\\u0000y\"]}");

    CHECK(document.root().json() == "{\"a\uFFFDb\":[\"x\uFFFDy\"]}");
}

TEST_CASE("views stay valid when their document moves", "[core][json]")
{
    auto document = parsed(R"({"a":"text that is too long to live inside a string object"})");
    const JsonView place = document.root()["a"];

    const JsonDocument moved = std::move(document);

    CHECK(place.text() == moved.root()["a"].text());
}
