#include "hotmart_samples.hpp"

#include <catch2/catch.hpp>

using namespace ciclo;
using namespace ciclo::model;
using namespace ciclo::testing;

TEST_CASE("a cancellation is read with everything it tells", "[model][hotmart]")
{
    const Fact fact = fact_in(cancellation_body());

    CHECK(fact.type == FactType::subscription_cancellation);
    CHECK(fact.occurred_at == time_from_unix_ms(1762951111222));
    CHECK(fact.email == "rita.alves@example.com");
    CHECK(fact.name == "Rita Alves");
    CHECK(fact.phone == "31988887777");
    CHECK(fact.subscriber_code == "QX7PL2AB");
    CHECK(fact.next_charge_at == time_from_unix_ms(1765540800000));
    CHECK(fact.plan_id == "812345");
    CHECK(fact.plan_name == "Mensal");
    CHECK(fact.transaction.empty());
    REQUIRE(fact.candidates.size() == 3);
    CHECK(fact.candidates[0].text() == "product.id=4100200");
    CHECK(fact.candidates[1].text() == "subscription.plan.id=812345");
    CHECK(fact.candidates[2].text() == "subscription.plan.name=Mensal");
}

TEST_CASE("the mobile number of a subscriber comes before the other one", "[model][hotmart]")
{
    const std::string cell = R"("cell": "988887777")";
    CHECK(fact_in(changed(cancellation_body(), cell, R"("cell": "")")).phone == "2133334444");
    CHECK(fact_in(changed(cancellation_body(), cell, R"("other": 1)")).phone == "2133334444");
    CHECK(
        fact_in(changed(changed(cancellation_body(), cell, R"("cell": null)"), "\"33334444\"", "null")).phone.empty());
}

TEST_CASE("a cancellation must say whose subscription ended", "[model][hotmart]")
{
    CHECK(missing_in(changed(cancellation_body(), "\"QX7PL2AB\"", "null")).starts_with("data.subscriber.code "));
    CHECK(missing_in(changed(cancellation_body(), "\"QX7PL2AB\"", "\" \"")).starts_with("data.subscriber.code "));
    CHECK(missing_in(R"({"event":"SUBSCRIPTION_CANCELLATION","data":{}})").starts_with("data.subscriber.code "));
}

TEST_CASE("a cancellation with nothing but the code is a cancellation", "[model][hotmart]")
{
    const Fact fact = fact_in(R"({"event":"SUBSCRIPTION_CANCELLATION","data":{"subscriber":{"code":7}}})");

    CHECK(fact.subscriber_code == "7");
    CHECK(fact.email == unknown_email);
    CHECK(fact.occurred_at == received_at());
    CHECK_FALSE(fact.next_charge_at.has_value());
}
