#include "hotmart_samples.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

using namespace ciclo;
using namespace ciclo::model;
using namespace ciclo::testing;

namespace {

std::map<std::string, std::string> seed_corpus()
{
    std::map<std::string, std::string> bodies;
    for (const auto& file : std::filesystem::directory_iterator{CICLO_FUZZ_CORPUS_DIR}) {
        std::ostringstream body;
        body << std::ifstream{file.path()}.rdbuf();
        bodies[file.path().stem().string()] = body.str();
    }
    return bodies;
}

std::string meaning_of(const ReadEvent& event)
{
    if (const auto* fact = std::get_if<Fact>(&event))
        return std::string{to_string(fact->type)};
    if (const auto* incomplete = std::get_if<IncompleteEvent>(&event))
        return "incomplete: " + incomplete->reason;
    return "unknown";
}

// What the name of the file promises.
std::string expected_meaning(const std::string& name)
{
    for (const auto& [part, meaning] : std::map<std::string, std::string>{
             {"purchase_approved", "PURCHASE_APPROVED"},
             {"purchase_complete", "PURCHASE_COMPLETE"},
             {"purchase_refunded", "PURCHASE_REFUNDED"},
             {"purchase_chargeback", "PURCHASE_CHARGEBACK"},
             {"purchase_canceled", "PURCHASE_CANCELED"},
             {"purchase_billet_printed", "PURCHASE_BILLET_PRINTED"},
             {"purchase_protest", "PURCHASE_PROTEST"},
             {"purchase_expired", "PURCHASE_EXPIRED"},
             {"purchase_delayed", "PURCHASE_DELAYED"},
             {"shopping_cart", "PURCHASE_OUT_OF_SHOPPING_CART"},
             {"switch_plan", "SWITCH_PLAN"},
             {"charge_date", "UPDATE_SUBSCRIPTION_CHARGE_DATE"},
             {"club_first_access", "CLUB_FIRST_ACCESS"},
             {"club_module_completed", "CLUB_MODULE_COMPLETED"},
             {"cancellation", "SUBSCRIPTION_CANCELLATION"},
             {"order_fulfillment", "unknown"},
         })
        if (name.find(part) != std::string::npos)
            return meaning;
    return "no meaning expected of " + name;
}

} // namespace

TEST_CASE("every event of the fuzzer's seed corpus is understood", "[model][hotmart]")
{
    const auto corpus = seed_corpus();
    std::map<std::string, int> types;
    for (const auto& [name, body] : corpus) {
        CAPTURE(name);
        CHECK(meaning_of(read_body(body)) == expected_meaning(name));
        const auto envelope = read_hotmart_envelope(JsonDocument::parse(body).value().root());
        REQUIRE(envelope.has_value());
        ++types[envelope->event];
    }

    CHECK(types.size() == 16); // all documented ones and ORDER_FULFILLMENT
    CHECK(corpus.size() >= 20);
}

TEST_CASE("Hotmart's send-test names its placeholder product by ucode and items only", "[model][hotmart]")
{
    const Fact fact = fact_in(seed_corpus().at("send_test_purchase_approved"));

    REQUIRE_FALSE(fact.candidates.empty());
    CHECK(fact.candidates.front().text() == "product.ucode=fb056612-bcc6-4217-9e6d-2a5d1110ac2f");
    for (const Candidate& candidate : fact.candidates)
        CHECK(candidate.value != "0");
    CHECK(fact.transaction == "HP16015479281022");
    CHECK(fact.subscriber_code == "I9OT62C3");
    CHECK(fact.price == "1500");
}
