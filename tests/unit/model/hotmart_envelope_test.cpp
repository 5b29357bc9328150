#include "hotmart_samples.hpp"

#include "core/uuid.hpp"

#include <catch2/catch.hpp>

using namespace ciclo;
using namespace ciclo::model;
using namespace ciclo::testing;

namespace {

Result<HotmartEnvelope> envelope_of(std::string_view body)
{
    const auto document = JsonDocument::parse(body);
    REQUIRE(document.has_value());
    return read_hotmart_envelope(document->root());
}

} // namespace

TEST_CASE("an envelope needs `event` and `data` and nothing else", "[model][hotmart]")
{
    const auto full = envelope_of(purchase_body());
    REQUIRE(full.has_value());
    CHECK(full->id == "0c4d7a52-6a1e-4e55-9d19-7f8c2b6a9a01");
    CHECK(full->event == "PURCHASE_APPROVED");

    const auto bare = envelope_of(R"({"data":[],"event":" SOMETHING "})");
    REQUIRE(bare.has_value());
    CHECK(bare->id.empty());
    CHECK(bare->event == "SOMETHING");

    CHECK(envelope_of(R"({"id":76185128312,"event":"X","data":{}})").value().id == "76185128312");
}

TEST_CASE("what is no envelope is refused with the name of what is missing", "[model][hotmart]")
{
    const auto [body, missing] = GENERATE(values<std::pair<std::string, std::string>>({
        {"[]", "object"},
        {"null", "object"},
        {"\"PURCHASE_APPROVED\"", "object"},
        {"{}", "`event`"},
        {R"({"data":{}})", "`event`"},
        {R"({"event":null,"data":{}})", "`event`"},
        {R"({"event":" ","data":{}})", "`event`"},
        {R"({"event":{},"data":{}})", "`event`"},
        {R"({"event":"X"})", "`data`"},
        {R"({"event":"X","data":null})", "`data`"},
    }));
    CAPTURE(body);

    const auto envelope = envelope_of(body);

    REQUIRE(envelope.has_error());
    CHECK(envelope.error().kind == ErrorKind::invalid_input);
    CHECK(envelope.error().detail.find(missing) != std::string::npos);
}

TEST_CASE("the moment of an event stands under either of two names", "[model][hotmart]")
{
    CHECK(fact_in(changed(purchase_body(), "creation_date", "creationDate")).occurred_at ==
          time_from_unix_ms(1762946710221));
    CHECK(fact_in(changed(purchase_body(), "1762946710221", "\"2025-11-12T11:25:10.221Z\"")).occurred_at ==
          time_from_unix_ms(1762946710221));
    CHECK(fact_in(changed(purchase_body(), "1762946710221", "null, \"creationDate\": 1762946710000")).occurred_at ==
          time_from_unix_ms(1762946710000));
}

TEST_CASE("an event that tells no moment happened when it arrived", "[model][hotmart]")
{
    for (const std::string moment : {"null", "\"\"", "\"now\"", "-5", "[]", "99999999999999999999"}) {
        CAPTURE(moment);
        CHECK(fact_in(changed(purchase_body(), "1762946710221", moment)).occurred_at == received_at());
    }
}

TEST_CASE("no documented event is unknown, however little it says", "[model][hotmart]")
{
    const std::string event = GENERATE(values<std::string>({
        "PURCHASE_CANCELED",
        "PURCHASE_BILLET_PRINTED",
        "PURCHASE_PROTEST",
        "PURCHASE_EXPIRED",
        "PURCHASE_DELAYED",
        "PURCHASE_OUT_OF_SHOPPING_CART",
        "SWITCH_PLAN",
        "UPDATE_SUBSCRIPTION_CHARGE_DATE",
        "CLUB_FIRST_ACCESS",
        "CLUB_MODULE_COMPLETED",
    }));
    CAPTURE(event);

    CHECK_FALSE(std::holds_alternative<UnknownEvent>(read_body(R"({"event":")" + event + R"(","data":{}})")));
}

TEST_CASE("events that nobody documents are unknown", "[model][hotmart]")
{
    // The last one is a fact of our own: nobody outside can link an account.
    const std::string event = GENERATE(values<std::string>({
        "ORDER_FULFILLMENT",
        "PURCHASE_REFUND_REQUESTED",
        "SUBSCRIPTION_RENEWED",
        "purchase_approved",
        "",
        "DISCORD_LINKED",
    }));
    CAPTURE(event);

    CHECK(std::holds_alternative<UnknownEvent>(read_body(R"({"event":")" + event + R"(","data":{}})")));
}

TEST_CASE("data of the old format says how to change it", "[model][hotmart]")
{
    for (const std::string data : {"\"flat\"", "[]", "7", "true"})
        CHECK(missing_in(R"({"event":"PURCHASE_APPROVED","data":)" + data + "}").starts_with("data is no object"));
}

TEST_CASE("Hotmart's own id is ours when it is a UUID", "[model][hotmart]")
{
    CHECK(webhook_event_id("0C4D7A52-6A1E-4E55-9D19-7F8C2B6A9A01", "body") == "0c4d7a52-6a1e-4e55-9d19-7f8c2b6a9a01");
}

TEST_CASE("from any other id ours is derived, the same every time", "[model][hotmart]")
{
    const std::string id = webhook_event_id("76185128312", "one body");

    CHECK(is_uuid(id));
    CHECK(id[14] == '8');
    CHECK(id[19] == '8');
    CHECK(webhook_event_id("76185128312", "another body") == id);
    CHECK(webhook_event_id("76185128313", "one body") != id);
}

TEST_CASE("an event without an id is known by its body", "[model][hotmart]")
{
    const std::string id = webhook_event_id("", "one body");

    CHECK(is_uuid(id));
    CHECK(webhook_event_id("", "one body") == id);
    CHECK(webhook_event_id("", "one body ") != id);
    CHECK(webhook_event_id("one body", "") != id);
}
