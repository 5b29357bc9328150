#include "fact_members.hpp"
#include "hotmart_samples.hpp"
#include "model/rules/fact.hpp"
#include "random_history.hpp"
#include "story.hpp"

#include <catch2/catch.hpp>

using namespace ciclo;
using namespace ciclo::model;
using namespace ciclo::testing;

namespace {

Result<Fact> stored_and_read(const Fact& fact)
{
    return decode_fact(fact.id, to_string(fact.type), fact.occurred_at, encode_body(fact));
}

} // namespace

TEST_CASE("a fact read back is the fact that was stored", "[model][fact]")
{
    const Fact purchase = fact_in(purchase_body());
    const Fact cancellation = fact_in(cancellation_body());

    CHECK(same(stored_and_read(purchase).value(), purchase));
    CHECK(same(stored_and_read(cancellation).value(), cancellation));
    CHECK(same(stored_and_read(Fact{}).value(), Fact{}));
    CHECK(encode_body(Fact{}) == "{}");
}

TEST_CASE("every fact of random histories survives being stored", "[model][fact]")
{
    for (std::uint32_t seed = 1; seed <= 100; ++seed)
        for (const Fact& fact : random_history(seed).facts) {
            CAPTURE(seed, fact.id);
            REQUIRE(same(stored_and_read(fact).value(), fact));
        }
}

TEST_CASE("text that looks like something else stays text", "[model][fact]")
{
    Fact fact = approved("007", day(0));
    fact.name = "12.50";
    fact.phone = "\"quoted\" \\ \n \x01";
    fact.offer_code = "null";
    fact.candidates = {{"purchase.offer.coupon_code", "product.id=1"}, {"subscription.plan.name", ""}};

    CHECK(same(stored_and_read(fact).value(), fact));
}

TEST_CASE("a stored fact that cannot be understood is an error, not an empty fact", "[model][fact]")
{
    const auto unknown = decode_fact("id", "PURCHASE_IMAGINED", day(0), "{}");
    REQUIRE(unknown.has_error());
    CHECK(unknown.error().kind == ErrorKind::invalid_input);
    CHECK(unknown.error().detail == "fact id has the unknown type PURCHASE_IMAGINED");

    const auto broken = decode_fact("id", "PURCHASE_APPROVED", day(0), "{");
    REQUIRE(broken.has_error());
    CHECK(broken.error().kind == ErrorKind::invalid_input);
    CHECK(broken.error().detail.starts_with("fact id: "));
}

TEST_CASE("every type of fact is found again by its name", "[model][fact]")
{
    using enum FactType;
    for (const auto type : {purchase_approved, purchase_complete, purchase_refunded, purchase_chargeback,
                            subscription_cancellation, discord_linked, access_imported, historical_buyer})
        CHECK(fact_type_from(to_string(type)) == type);
    CHECK_FALSE(fact_type_from("").has_value());
    CHECK_FALSE(fact_type_from("purchase_approved").has_value());
}
