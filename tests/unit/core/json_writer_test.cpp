#include "core/json.hpp"
#include "core/json_writer.hpp"

#include <catch2/catch.hpp>

#include <limits>

using namespace ciclo;

TEST_CASE("a document is written in the order of the calls", "[core][json_writer]")
{
    JsonWriter json;
    json.begin_object()
        .member("text", "a")
        .member("number", 7)
        .member("large", std::numeric_limits<std::int64_t>::min())
        .member("truth", true)
        .member_raw("raw", "12.50");
    json.key("nothing").null();
    json.key("list").begin_array().value("x").value(std::string{"y"}).value(1).end_array();
    json.key("inner").begin_object().end_object().end_object();

    CHECK(json.text() == R"({"text":"a","number":7,"large":-9223372036854775808,"truth":true,"raw":12.50,)"
                         R"("nothing":null,"list":["x","y",1],"inner":{}})");
}

TEST_CASE("text is never taken for truth or a number", "[core][json_writer]")
{
    JsonWriter json;
    json.begin_array().value("literal").value(std::string_view{"view"}).value(false).value(0).end_array();

    CHECK(json.text() == R"(["literal","view",false,0])");
}

TEST_CASE("an empty optional member is left out", "[core][json_writer]")
{
    JsonWriter json;
    json.begin_object().member_if("name", "").member_if("phone", "31988887777").member("kept", std::string_view{});
    json.end_object();

    CHECK(json.text() == R"({"phone":"31988887777","kept":""})");
}

TEST_CASE("whatever a text holds, it is read back the same", "[core][json_writer]")
{
    std::string all_ascii;
    for (char c = 1; c > 0; ++c) {
        all_ascii += c;
        if (c == 127)
            break;
    }
    for (const std::string& text : {all_ascii, std::string{"é 日本 😀"}, std::string{"</script>\\\"/"}, std::string{}}) {
        CAPTURE(text);
        JsonWriter json;
        json.begin_object().member("name", text).end_object();

        const auto document = JsonDocument::parse(json.text());

        REQUIRE(document.has_value());
        CHECK(document->root()["name"].text() == text);
    }
}
