#include "hotmart_facts.hpp"

#include "model/rules/projection.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace ciclo;
using namespace ciclo::sync_worker;
using namespace std::chrono_literals;
using model::Fact;
using model::FactType;

namespace {

const Time today = *time_from_text("2026-11-20T12:00:00Z");
const Time ordered = *time_from_text("2026-10-01T10:00:00Z");

hotmart::Sale sale(const std::string& status)
{
    hotmart::Sale one;
    one.transaction = "HP1";
    one.status = status;
    one.product_id = "4100300";
    one.email = " Rita@Example.com";
    one.name = "Rita Alves";
    one.price = "97.50";
    one.currency = "BRL";
    one.payment_type = "PIX";
    one.offer_code = "xadrez01";
    one.ordered_at = ordered;
    if (status != "PRINTED_BILLET" && status != "EXPIRED" && status != "CANCELLED")
        one.approved_at = ordered + 1min;
    one.warranty_ends_at = ordered + std::chrono::days{7};
    return one;
}

model::KnownPayment known(const std::string& status, const std::string& code = "")
{
    return model::KnownPayment{status, code, true};
}

// As Hotmart's webhook would have told it.
Fact webhook(FactType type, const std::string& status, Time at)
{
    Fact fact;
    fact.id = "webhook-" + std::string{to_string(type)};
    fact.type = type;
    fact.occurred_at = at;
    fact.email = "rita@example.com";
    fact.name = "Rita Alves";
    fact.phone = "31988887777";
    fact.transaction = "HP1";
    fact.hotmart_status = status;
    fact.candidates = {{"product.id", "4100300"}, {"product.ucode", "u-1"}, {"purchase.offer.code", "xadrez01"}};
    fact.price = "97.50";
    fact.currency = "BRL";
    fact.payment_type = "PIX";
    fact.offer_code = "xadrez01";
    fact.sck = "insta|bio";
    fact.ordered_at = ordered;
    if (type != FactType::purchase_billet_printed)
        fact.approved_at = ordered + 1min;
    return fact;
}

model::Catalogue catalogue()
{
    model::Catalogue one;
    one.add(model::Product{"p-1", "Xadrez", 0, true, std::nullopt});
    one.identify("product.ucode", "u-1", "p-1");
    one.identify("product.id", "4100300", "p-1");
    return one;
}

} // namespace

TEST_CASE("each status of a sale becomes the event that leads to it", "[sync]")
{
    const auto one = GENERATE(table<std::string, std::string, std::string>(
        {{"APPROVED", "PURCHASE_APPROVED", "2026-10-01T10:01:00.000000Z"},
         {"COMPLETE", "PURCHASE_COMPLETE", "2026-10-08T10:00:00.000000Z"},
         {"REFUNDED", "PURCHASE_REFUNDED", "2026-10-08T10:00:00.000000Z"},
         {"CHARGEBACK", "PURCHASE_CHARGEBACK", "2026-10-08T10:00:00.000000Z"},
         {"PROTESTED", "PURCHASE_PROTEST", "2026-11-20T12:00:00.000000Z"},
         {"PRINTED_BILLET", "PURCHASE_BILLET_PRINTED", "2026-10-01T10:00:00.000000Z"},
         {"EXPIRED", "PURCHASE_EXPIRED", "2026-10-01T10:00:00.000000Z"},
         {"CANCELLED", "PURCHASE_CANCELED", "2026-10-01T10:00:00.000000Z"},
         {"OVERDUE", "PURCHASE_DELAYED", "2026-10-01T10:00:00.000000Z"}}));
    CAPTURE(std::get<0>(one));

    const auto fact = fact_of_sale(sale(std::get<0>(one)), nullptr, nullptr, today);

    REQUIRE(fact);
    CHECK(to_string(fact->type) == std::get<1>(one));
    CHECK(to_iso8601(fact->occurred_at) == std::get<2>(one));
    CHECK(fact->email == "rita@example.com");
    CHECK(fact->price == "97.50");
    CHECK(fact->source == "api");
    CHECK(fact->id == fact_of_sale(sale(std::get<0>(one)), nullptr, nullptr, today + 24h)->id);
}

TEST_CASE("statuses that no webhook tells of, and sales without an address, become nothing", "[sync]")
{
    for (const auto* status : {"STARTED", "BLOCKED", "NO_FUNDS", "PRE_ORDER", "PROCESSING_TRANSACTION", "NEW_ONE"})
        CHECK_FALSE(fact_of_sale(sale(status), nullptr, nullptr, today));
    hotmart::Sale nameless = sale("APPROVED");
    nameless.email = "nobody";
    CHECK_FALSE(fact_of_sale(nameless, nullptr, nullptr, today));
}

TEST_CASE("a renewal whose subscription is not known is left alone: it would give access for ever", "[sync]")
{
    hotmart::Sale renewal = sale("APPROVED");
    renewal.is_subscription = true;
    const model::Subscriber subscriber{"QX7PL2AB", "rita@example.com", "4100300", "ACTIVE", "812345", {}};
    const model::KnownPayment payment = known("PENDING", "QX7PL2AB");

    CHECK_FALSE(fact_of_sale(renewal, nullptr, nullptr, today));
    CHECK(fact_of_sale(renewal, &subscriber, nullptr, today)->subscriber_code == "QX7PL2AB");
    CHECK(fact_of_sale(renewal, nullptr, &payment, today)->subscriber_code == "QX7PL2AB");
}

TEST_CASE("only what is newer than our payment is news", "[sync]")
{
    const auto one = GENERATE(table<std::string, std::string, bool>({
        {"APPROVED", "", true},          {"APPROVED", "APPROVED", false},   {"APPROVED", "COMPLETED", false},
        {"APPROVED", "PENDING", true},   {"APPROVED", "REFUNDED", false},   {"APPROVED", "DISPUTE", true},
        {"COMPLETE", "APPROVED", true},  {"COMPLETE", "COMPLETED", false},  {"REFUNDED", "APPROVED", true},
        {"REFUNDED", "REFUNDED", false}, {"CHARGEBACK", "REFUNDED", false}, {"CHARGEBACK", "COMPLETED", true},
        {"EXPIRED", "PENDING", true},    {"EXPIRED", "APPROVED", false},    {"PRINTED_BILLET", "EXPIRED", false},
        {"CANCELLED", "OVERDUE", true},  {"PROTESTED", "APPROVED", true},   {"BLOCKED", "", false},
        {"OVERDUE", "APPROVED", false},
    }));
    CAPTURE(std::get<0>(one), std::get<1>(one));
    const model::KnownPayment payment = known(std::get<1>(one));
    CHECK(is_news(std::get<0>(one), std::get<1>(one).empty() ? nullptr : &payment) == std::get<2>(one));
}

TEST_CASE("facts of the API and webhooks of one sale give the same student in any order", "[sync]")
{
    const model::Catalogue products = catalogue();
    std::vector<Fact> facts{webhook(FactType::purchase_billet_printed, "BILLET_PRINTED", ordered + 6s),
                            webhook(FactType::purchase_approved, "APPROVED", ordered + 67s),
                            *fact_of_sale(sale("APPROVED"), nullptr, nullptr, today),
                            *fact_of_sale(sale("REFUNDED"), nullptr, nullptr, today)};
    std::sort(facts.begin(), facts.end(), [](const Fact& a, const Fact& b) { return a.id < b.id; });
    do {
        const auto view = model::project(facts, products, {}, today);
        const auto& payment = view.transactions.at("HP1");
        CHECK(payment.status == model::TransactionStatus::refunded);
        CHECK(payment.sck == "insta|bio");
        CHECK(payment.product_id == "p-1");
        CHECK(view.phone == "31988887777");
        CHECK(view.enrollments.at("p-1").end == model::AccessEnd::refunded);
        CHECK(view.ltv.empty());
    } while (
        std::next_permutation(facts.begin(), facts.end(), [](const Fact& a, const Fact& b) { return a.id < b.id; }));
}

TEST_CASE("a sale that only the API knows gives the access that its webhook would have given", "[sync]")
{
    const auto by_api =
        model::project(std::vector{*fact_of_sale(sale("APPROVED"), nullptr, nullptr, today)}, catalogue(), {}, today);
    const auto by_webhook = model::project(std::vector{webhook(FactType::purchase_approved, "APPROVED", ordered + 67s)},
                                           catalogue(), {}, today);

    CHECK(by_api.enrollments.at("p-1").started_at == by_webhook.enrollments.at("p-1").started_at);
    CHECK(by_api.ltv.at("BRL") == by_webhook.ltv.at("BRL"));
    CHECK(by_api.lifecycle == by_webhook.lifecycle);
}

TEST_CASE("subscriptions tell what the webhooks did not", "[sync]")
{
    hotmart::Subscription one;
    one.subscriber_code = "QX7PL2AB";
    one.product_id = "4100200";
    one.email = "Rita@example.com";
    one.plan_id = "2";
    one.next_charge_at = today + 240h;
    const model::KnownSubscription ours{"ACTIVE", "2", today + 240h, true};

    SECTION("nothing when all is known")
    {
        one.status = "ACTIVE";
        CHECK(facts_of_subscription(one, &ours, today).empty());
    }
    SECTION("a cancellation, with the time until which it was paid; once")
    {
        one.status = "CANCELLED_BY_CUSTOMER";
        one.ended_at = today - 48h;
        const auto facts = facts_of_subscription(one, &ours, today);
        REQUIRE(facts.size() == 1);
        CHECK(facts[0].type == FactType::subscription_cancellation);
        CHECK(facts[0].occurred_at == today - 48h);
        CHECK(facts[0].next_charge_at == today + 240h);
        const model::KnownSubscription cancelled{"CANCELLED", "2", today + 240h, true};
        CHECK(facts_of_subscription(one, &cancelled, today).empty());
        CHECK(facts_of_subscription(one, nullptr, today).empty());
    }
    SECTION("a change of plan")
    {
        one.status = "ACTIVE";
        one.plan_id = "3";
        const auto facts = facts_of_subscription(one, &ours, today);
        REQUIRE(facts.size() == 1);
        CHECK(facts[0].type == FactType::plan_switched);
        CHECK(facts[0].candidates.back() == model::Candidate{"plans.id", "3"});
    }
    SECTION("another day of the charge")
    {
        one.status = "ACTIVE";
        one.next_charge_at = today + 300h;
        const auto facts = facts_of_subscription(one, &ours, today);
        REQUIRE(facts.size() == 1);
        CHECK(facts[0].type == FactType::charge_date_changed);
    }
}
