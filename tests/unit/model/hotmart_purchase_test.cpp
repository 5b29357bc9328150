#include "hotmart_samples.hpp"

#include <catch2/catch.hpp>
#include <fmt/core.h>

#include <vector>

using namespace ciclo;
using namespace ciclo::model;
using namespace ciclo::testing;

namespace {

struct Kind {
    const char* event;
    FactType type;
};

std::vector<std::string> texts(const std::vector<Candidate>& candidates)
{
    std::vector<std::string> list;
    list.reserve(candidates.size());
    for (const Candidate& candidate : candidates)
        list.push_back(candidate.text());
    return list;
}

} // namespace

TEST_CASE("a purchase is read with everything it tells", "[model][hotmart]")
{
    const Fact fact = fact_in(purchase_body());

    CHECK(fact.id == "id");
    CHECK(fact.type == FactType::purchase_approved);
    CHECK(to_iso8601(fact.occurred_at) == "2025-11-12T11:25:10.221000Z");
    CHECK(fact.email == "rita.alves@example.com");
    CHECK(fact.name == "Rita Alves");
    CHECK(fact.phone == "31988887777");
    CHECK(fact.transaction == "HP1762946672");
    CHECK(fact.hotmart_status == "APPROVED");
    CHECK(fact.price == "89.9");
    CHECK(fact.currency == "BRL");
    CHECK(fact.payment_type == "PIX");
    CHECK(fact.installments == 1);
    CHECK(fact.offer_code == "cl9mensal");
    CHECK(fact.recurrence_number == 4);
    CHECK(fact.ordered_at == time_from_unix_ms(1762946672000));
    CHECK(fact.approved_at == time_from_unix_ms(1762946705000));
    CHECK(fact.next_charge_at == time_from_unix_ms(1765540800000));
    CHECK(fact.warranty_ends_at == time_from_text("2026-11-19"));
    CHECK(fact.subscriber_code == "QX7PL2AB");
    CHECK(fact.plan_id == "812345");
    CHECK(fact.plan_name == "Mensal");
    CHECK(fact.discord_id.empty());
}

TEST_CASE("the names of the product are tried in the order of the specification", "[model][hotmart]")
{
    const auto candidates = texts(fact_in(purchase_body()).candidates);

    CHECK(candidates == std::vector<std::string>{
                            "product.id=4100200",
                            "product.ucode=b3a0c7c2-5f5e-4a9d-8a58-1c1f7a0d2e10",
                            "product.content.products.id=4100201",
                            "product.content.products.ucode=c4b1d8d3-0000-4000-8000-000000000001",
                            "product.content.products.id=4100202",
                            "subscription.plan.id=812345",
                            "subscription.plan.name=Mensal",
                            "purchase.offer.code=cl9mensal",
                            "purchase.offer.coupon_code=VOLTA ÀS AULAS",
                            "purchase.sckPaymentLink=link-da-bio",
                        });
}

TEST_CASE("the product of a subscription is a candidate before its plan", "[model][hotmart]")
{
    const auto body =
        changed(purchase_body(), R"("status": "ACTIVE", "plan")", R"("product": { "id": "4100900" }, "plan")");

    const auto candidates = texts(fact_in(body).candidates);

    REQUIRE(candidates.size() == 11);
    CHECK(candidates[5] == "subscription.product.id=4100900");
    CHECK(candidates[6] == "subscription.plan.id=812345");
}

TEST_CASE("each kind of purchase event becomes its kind of fact, whatever the status beside it says",
          "[model][hotmart]")
{
    const auto [event, type] = GENERATE(values<Kind>({
        {"PURCHASE_APPROVED", FactType::purchase_approved},
        {"PURCHASE_COMPLETE", FactType::purchase_complete},
        {"PURCHASE_REFUNDED", FactType::purchase_refunded},
        {"PURCHASE_CHARGEBACK", FactType::purchase_chargeback},
    }));
    CAPTURE(event);

    // Hotmart's own sample of an approval carries STARTED.
    const Fact fact = fact_in(purchase_body(event, "STARTED"));

    CHECK(fact.type == type);
    CHECK(fact.hotmart_status == "STARTED");
}

TEST_CASE("identifiers are the same text, be they numbers or strings", "[model][hotmart]")
{
    auto body = changed(purchase_body(), "\"id\": 4100200", "\"id\": \"4100200\"");
    body = changed(body, "\"id\": 812345", "\"id\": \" 812345 \"");

    const Fact strings = fact_in(body);
    const Fact numbers = fact_in(purchase_body());

    CHECK(strings.candidates == numbers.candidates);
    CHECK(strings.plan_id == numbers.plan_id);
}

TEST_CASE("numbers are read from strings too", "[model][hotmart]")
{
    auto body = changed(purchase_body(), "\"order_date\": 1762946672000", "\"order_date\": \"1762946672000\"");
    body = changed(body, "\"installments_number\": 1", "\"installments_number\": \"12\"");
    body = changed(body, "\"recurrence_number\": 4", "\"recurrence_number\": \"2\"");
    body = changed(body, "{ \"value\": 89.9, \"currency", "{ \"value\": \"89.90\", \"currency");
    body = changed(body, "1762946710221", "\"1762946710221\"");

    const Fact fact = fact_in(body);

    CHECK(fact.ordered_at == time_from_unix_ms(1762946672000));
    CHECK(fact.installments == 12);
    CHECK(fact.recurrence_number == 2);
    CHECK(fact.price == "89.90");
    CHECK(fact.occurred_at == time_from_unix_ms(1762946710221));
}

TEST_CASE("dates are read from ISO text and from seconds too", "[model][hotmart]")
{
    auto body = changed(purchase_body(), "1762946705000", "\"2025-11-12T11:25:05.000Z\"");
    body = changed(body, "1762946672000", "1762946672");
    body = changed(body, "\"2026-11-19T00:00:00Z\"", "1795046400000");

    const Fact fact = fact_in(body);

    CHECK(fact.approved_at == time_from_unix_ms(1762946705000));
    CHECK(fact.ordered_at == time_from_unix_ms(1762946672000));
    CHECK(fact.warranty_ends_at == time_from_text("2026-11-19"));
}

TEST_CASE("prices keep every digit", "[model][hotmart]")
{
    for (const std::string value : {"997", "124.75", "1.0", "0", "0.1", "1500", "1234567890.123456"}) {
        CAPTURE(value);
        CHECK(fact_in(changed(purchase_body(), "\"value\": 89.9,", "\"value\": " + value + ",")).price == value);
    }
}

TEST_CASE("a price that is no amount of money is not guessed at", "[model][hotmart]")
{
    for (const std::string value : {"\"R$ 89,90\"", "0.1234567", "1e300", "\"NaN\""}) {
        CAPTURE(value);
        CHECK(missing_in(changed(purchase_body(), "\"value\": 89.9,", "\"value\": " + value + ","))
                  .starts_with("data.purchase.price.value is "));
    }
}

TEST_CASE("fields that are null or of a strange type count as not told", "[model][hotmart]")
{
    for (const std::string nothing : {"null", "{}", "[]", "\"\"", "\"  \"", "true"}) {
        CAPTURE(nothing);
        auto body = changed(purchase_body(), "\"Rita Alves\"", nothing);
        body = changed(body, "\"988887777\"", nothing);
        body = changed(body, "{ \"value\": 89.9, \"currency_value\": \"BRL\" }", nothing);
        body = changed(body, "1762946705000", nothing);
        body = changed(body, "{ \"code\": \"cl9mensal\", \"coupon_code\": \"VOLTA ÀS AULAS\" }", nothing);
        body = changed(body, "\"installments_number\": 1", fmt::format("\"installments_number\": {}", nothing));
        body = changed(body, "{ \"id\": 812345, \"name\": \"Mensal\" }", nothing);
        body = changed(body, "\"2026-11-19T00:00:00Z\"", nothing);

        const Fact fact = fact_in(body);

        CHECK(fact.name.empty());
        CHECK(fact.phone.empty());
        CHECK(fact.price.empty());
        CHECK(fact.currency.empty());
        CHECK_FALSE(fact.approved_at.has_value());
        CHECK_FALSE(fact.installments.has_value());
        CHECK_FALSE(fact.warranty_ends_at.has_value());
        CHECK(fact.offer_code.empty());
        CHECK(fact.plan_id.empty());
    }
}

TEST_CASE("a purchase with nothing but its transaction is a purchase", "[model][hotmart]")
{
    const Fact fact = fact_in(R"({"event":"PURCHASE_APPROVED","data":{"purchase":{"transaction":"HP1"}}})");

    CHECK(fact.transaction == "HP1");
    CHECK(fact.email == unknown_email);
    CHECK(fact.occurred_at == received_at());
    CHECK(fact.candidates.empty());
}

TEST_CASE("numbers beyond all sense are left out", "[model][hotmart]")
{
    for (const std::string number : {"-1", "100001", "99999999999999999999", "1.5"}) {
        CAPTURE(number);
        CHECK_FALSE(
            fact_in(changed(purchase_body(), "\"installments_number\": 1", "\"installments_number\": " + number))
                .installments.has_value());
    }
}

TEST_CASE("a purchase without an address that can be written to is recorded under the unknown one", "[model][hotmart]")
{
    for (const std::string email : {"null", "\"\"", "\"   \"", "\"not told\"", "17", "{}"}) {
        CAPTURE(email);
        CHECK(fact_in(changed(purchase_body(), "\" Rita.Alves@Example.com \"", email)).email ==
              "unknown@hotmart.local");
    }
    CHECK(fact_in(changed(purchase_body(), "\"buyer\"", "\"somebody\"")).email == "unknown@hotmart.local");
}

TEST_CASE("a phone without area code stays as it was given", "[model][hotmart]")
{
    CHECK(fact_in(changed(purchase_body(), "\"checkout_phone_code\": \"31\", ", "")).phone == "988887777");
    CHECK(fact_in(changed(purchase_body(), "\"988887777\"", "988887777")).phone == "31988887777");
    CHECK(fact_in(changed(purchase_body(), ", \"checkout_phone\": \"988887777\"", "")).phone.empty());
}

TEST_CASE("product 0 of the test events is never a candidate", "[model][hotmart]")
{
    for (const std::string zero : {"0", "\"0\"", "\" 0 \""}) {
        CAPTURE(zero);
        const auto candidates =
            texts(fact_in(changed(purchase_body(), "\"id\": 4100200", "\"id\": " + zero)).candidates);
        CHECK(candidates.front() == "product.ucode=b3a0c7c2-5f5e-4a9d-8a58-1c1f7a0d2e10");
    }
}

TEST_CASE("a purchase without its transaction says which field is missing", "[model][hotmart]")
{
    for (const std::string value : {"null", "\"\"", "{}", "\" \""})
        CHECK(
            missing_in(changed(purchase_body(), "\"HP1762946672\"", value)).starts_with("data.purchase.transaction "));
    CHECK(missing_in(R"({"event":"PURCHASE_REFUNDED","data":{}})").starts_with("data.purchase.transaction "));
}

TEST_CASE("a purchase with a subscription must say whose it is", "[model][hotmart]")
{
    const std::string field = "data.subscription.subscriber.code ";
    CHECK(missing_in(changed(purchase_body(), "\"QX7PL2AB\"", "\"\"")).starts_with(field));
    CHECK(missing_in(changed(purchase_body(), "\"QX7PL2AB\"", "null")).starts_with(field));
    CHECK(missing_in(changed(purchase_body(), "{ \"code\": \"QX7PL2AB\" }", "null")).starts_with(field));
    CHECK(missing_in(R"({"event":"PURCHASE_APPROVED","data":{"purchase":{"transaction":"HP1"},"subscription":{}}})")
              .starts_with(field));
}

TEST_CASE("a purchase of a product without subscription needs no code", "[model][hotmart]")
{
    for (const std::string subscription : {"null", "\"\"", "[]"}) {
        CAPTURE(subscription);
        const Fact fact =
            fact_in(R"({"event":"PURCHASE_APPROVED","data":{"purchase":{"transaction":"HP1"},"subscription":)" +
                    subscription + "}}");
        CHECK(fact.subscriber_code.empty());
    }
}

TEST_CASE("letters of every script and broken ones survive as storable text", "[model][hotmart]")
{
    CHECK(fact_in(changed(purchase_body(), "\"Rita Alves\"", "\"Zoë 李 😀\"")).name == "Zoë 李 😀");
    CHECK(fact_in(changed(purchase_body(), "\"Rita Alves\"", R"("Rita\u0000Alves")")).name == "Rita\xEF\xBF\xBD"
                                                                                              "Alves");
}
