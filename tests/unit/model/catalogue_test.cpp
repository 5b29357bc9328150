#include "model/rules/catalogue.hpp"
#include "story.hpp"

#include <catch2/catch.hpp>

#include <vector>

using namespace ciclo;
using namespace ciclo::model;
using namespace ciclo::testing;

namespace {

struct Level {
    const char* path;
    const char* kind;
    const char* value;
};

// The order of the specification: product, items of a combo, subscription, offer.
const std::vector<Level> levels{
    {"product.id", "product.id", "4100200"},
    {"product.ucode", "product.ucode", "b3a0c7c2-0000-4000-8000-000000000001"},
    {"product.content.products.id", "product.id", "4100201"},
    {"product.content.products.ucode", "product.ucode", "b3a0c7c2-0000-4000-8000-000000000002"},
    {"subscription.product.id", "product.id", "4100202"},
    {"subscription.plan.id", "plan.id", "812345"},
    {"subscription.plan.name", "plan.name", "Mensal"},
    {"purchase.offer.code", "offer.code", "cl9mensal"},
    {"purchase.offer.coupon_code", "coupon.code", "VOLTA ÀS AULAS"},
    {"purchase.sckPaymentLink", "payment.link", "https://pay.example/x"},
};

std::vector<Candidate> all_candidates()
{
    std::vector<Candidate> candidates;
    candidates.reserve(levels.size());
    for (const Level& level : levels)
        candidates.push_back({level.path, level.value});
    return candidates;
}

Catalogue with_product(Product product, const std::string& kind = "product.id", const std::string& value = "4100200")
{
    Catalogue catalogue;
    catalogue.identify(kind, value, product.id);
    catalogue.add(std::move(product));
    return catalogue;
}

Product named(std::string id)
{
    Product product;
    product.id = std::move(id);
    return product;
}

} // namespace

TEST_CASE("of all the names in an event the first that the catalogue knows decides", "[model][catalogue]")
{
    for (std::size_t first = 0; first < levels.size(); ++first) {
        CAPTURE(levels[first].path);
        Catalogue catalogue;
        for (std::size_t i = first; i < levels.size(); ++i) {
            catalogue.add(named(levels[i].path));
            catalogue.identify(levels[i].kind, levels[i].value, levels[i].path);
        }

        const auto resolution = catalogue.resolve(all_candidates(), day(0));

        REQUIRE(resolution.has_value());
        CHECK(resolution->product->id == levels[first].path);
        CHECK(resolution->matched_by == std::string{levels[first].path} + "=" + levels[first].value);
    }
}

TEST_CASE("a name matches identifiers of its own kind only", "[model][catalogue]")
{
    for (const Level& told : levels)
        for (const Level& known : levels) {
            CAPTURE(told.path, known.kind);
            const Catalogue catalogue = with_product(named("p"), known.kind, "the same value");
            const bool same_kind = std::string_view{told.kind} == known.kind;
            CHECK(catalogue.resolve({{told.path, "the same value"}}, day(0)).has_value() == same_kind);
        }
}

TEST_CASE("the plans of a switch and of a charge date name a plan too", "[model][catalogue]")
{
    const Catalogue catalogue = with_product(named("p"), "plan.id", "812399");

    CHECK(catalogue.resolve({{"plans.id", "812399"}}, day(0)).has_value());
    CHECK(catalogue.resolve({{"plan.id", "812399"}}, day(0)).has_value());
}

TEST_CASE("a place that nobody knows matches nothing", "[model][catalogue]")
{
    CHECK(identifier_kind("buyer.email").empty());
    CHECK(with_product(named("p")).resolve({{"buyer.email", "4100200"}}, day(0)) == std::nullopt);
    CHECK(with_product(named("p")).resolve({}, day(0)) == std::nullopt);
}

TEST_CASE("values are opaque: they match exactly or not at all", "[model][catalogue]")
{
    const Catalogue catalogue = with_product(named("p"));

    for (const auto* other : {"04100200", "4100200.0", "4100200 ", "410020", ""})
        CHECK_FALSE(catalogue.resolve({{"product.id", other}}, day(0)).has_value());
}

TEST_CASE("a product that was never active is passed over for the next candidate", "[model][catalogue]")
{
    Catalogue catalogue = with_product(named("wanted"), "offer.code", "cl9mensal");
    Product inactive = named("inactive");
    inactive.active = false;
    catalogue.add(inactive);
    catalogue.identify("product.id", "4100200", "inactive");

    const auto resolution =
        catalogue.resolve({{"product.id", "4100200"}, {"purchase.offer.code", "cl9mensal"}}, day(0));

    REQUIRE(resolution.has_value());
    CHECK(resolution->product->id == "wanted");
}

TEST_CASE("a product that was switched off keeps the sales made before", "[model][catalogue]")
{
    Product product = named("p");
    product.active = false;
    product.deactivated_at = day(10);
    const Catalogue catalogue = with_product(product);

    CHECK(catalogue.resolve({{"product.id", "4100200"}}, day(10) - std::chrono::microseconds{1}).has_value());
    CHECK_FALSE(catalogue.resolve({{"product.id", "4100200"}}, day(10)).has_value());
    CHECK_FALSE(catalogue.resolve({{"product.id", "4100200"}}, day(11)).has_value());
}

TEST_CASE("a product that was switched on again sells whenever the sale was", "[model][catalogue]")
{
    Product product = named("p");
    product.deactivated_at = day(10);
    const Catalogue catalogue = with_product(product);

    CHECK(catalogue.resolve({{"product.id", "4100200"}}, day(11)).has_value());
}

TEST_CASE("an identifier of a product that is gone matches nothing", "[model][catalogue]")
{
    Catalogue catalogue;
    catalogue.identify("product.id", "4100200", "gone");

    CHECK_FALSE(catalogue.resolve({{"product.id", "4100200"}}, day(0)).has_value());
    CHECK(catalogue.find("gone") == nullptr);
}
