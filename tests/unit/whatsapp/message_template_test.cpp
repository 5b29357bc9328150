#include "whatsapp/message_template.hpp"

#include <catch2/catch.hpp>

using namespace ciclo;
using namespace ciclo::whatsapp;

namespace {

std::optional<MessageTemplate> read(std::string_view json)
{
    const auto document = JsonDocument::parse(json);
    REQUIRE(document.has_value());
    return read_template(document->root());
}

} // namespace

TEST_CASE("a listed template is read whole", "[whatsapp]")
{
    const auto one = read(R"({"id":900000000000001,"name":"pedido","language":"pt_BR","status":"REJECTED",
        "category":"UTILITY","parameter_format":"NAMED","quality_score":{"score":"GREEN","date":1},
        "rejected_reason":"INVALID_FORMAT","components":[{"type":"BODY","text":"Olá {{nome}}"}]})");

    REQUIRE(one);
    CHECK(one->id == "900000000000001");
    CHECK(one->name == "pedido");
    CHECK(one->status == "REJECTED");
    CHECK(one->category == "UTILITY");
    CHECK(one->parameter_format == "NAMED");
    CHECK(one->quality == "GREEN");
    CHECK(one->rejected_reason == "INVALID_FORMAT");
    CHECK(one->components == R"([{"type":"BODY","text":"Olá {{nome}}"}])");
}

TEST_CASE("what Meta leaves out or says in another way is read by its meaning", "[whatsapp]")
{
    const auto one = read(R"({"id":"1","name":"pedido","language":"en-US","status":"approved",
        "quality_score":"UNKNOWN","rejected_reason":"NONE","components":null})");

    REQUIRE(one);
    CHECK(one->language == "en_US");
    CHECK(one->status == "APPROVED");
    CHECK(one->parameter_format == "POSITIONAL");
    CHECK(one->components == "[]");
    CHECK(one->quality.empty());
    CHECK(one->rejected_reason.empty());
}

TEST_CASE("an unknown status is kept, and a template without its key is none", "[whatsapp]")
{
    CHECK(read(R"({"name":"a","language":"pt_BR","status":"SOMETHING_NEW"})")->status == "SOMETHING_NEW");
    CHECK_FALSE(read(R"({"name":"a","language":"pt_BR"})"));
    CHECK_FALSE(read(R"({"name":"a","status":"APPROVED"})"));
    CHECK_FALSE(read(R"({"language":"pt_BR","status":"APPROVED"})"));
    CHECK_FALSE(read("7"));
}
