#include "contracts/announce_discord.hpp"
#include "schema_file.hpp"

#include <catch2/catch.hpp>

#include <stdexcept>

using namespace ciclo;
using namespace ciclo::contracts;

namespace {

const std::string id = "0191f3a0-7c1e-7b3a-9c57-2f1d6a40e6b1";

std::string document(const std::string& product, const std::string& text, const std::string& cause)
{
    return R"({"product_id":)" + product + R"(,"text":)" + text + R"(,"cause_key":)" + cause +
           R"(,"correlation_id":")" + id + R"("})";
}

} // namespace

TEST_CASE("an announcement is valid against its schema and decodes to the same")
{
    const AnnounceDiscord message{id, "Saiu a lista 7 \"difícil\"\n@everyone", "lista:7", id};
    const std::string body = message.encode();
    CHECK(testing::SchemaFile{AnnounceDiscord::type}.accepts(body));
    const auto decoded = AnnounceDiscord::decode(body).value();
    CHECK(decoded.product_id == id);
    CHECK(decoded.text == message.text);
    CHECK(decoded.cause_key == "lista:7");
    CHECK(decoded.correlation_id == id);
}

TEST_CASE("schema and decoder refuse the same announcements")
{
    const testing::SchemaFile schema{AnnounceDiscord::type};
    const std::string product = "\"" + id + "\"";
    const auto [body, fault] = GENERATE_COPY(table<std::string, std::string>({
        {document(product, "\"x\"", "\"c\""), ""},
        {document("\"7\"", "\"x\"", "\"c\""), "product_id"},
        {document(product, "\"\"", "\"c\""), "text"},
        {document(product, "7", "\"c\""), "text"},
        {document(product, "null", "\"c\""), "text"},
        {document(product, "\"x\"", "\"\""), "cause_key"},
        {document(product, "\"" + std::string(2001, 'x') + "\"", "\"c\""), "text"},
        {document(product, "\"x\"", "\"" + std::string(201, 'x') + "\""), "cause_key"},
        {R"({"text":"x"})", "product_id"},
        {"[]", "object"},
        {"", ""},
    }));
    CAPTURE(body);
    const auto decoded = AnnounceDiscord::decode(body);
    CHECK(schema.accepts(body) == decoded.has_value());
    if (!decoded) {
        CHECK(decoded.error().kind == ErrorKind::invalid_input);
        CHECK_THAT(decoded.error().detail, Catch::Contains(fault));
    }
}

TEST_CASE("an announcement without text or product is not encoded")
{
    CHECK_THROWS_AS((AnnounceDiscord{id, "", "c", id}.encode()), std::invalid_argument);
    CHECK_THROWS_AS((AnnounceDiscord{"x", "text", "c", id}.encode()), std::invalid_argument);
}
