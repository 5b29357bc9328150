#include "fold_fixture.hpp"
#include "model/stores/catalogue_store.hpp"

#include <catch2/catch.hpp>

using namespace ciclo;
using namespace ciclo::model;
using namespace ciclo::testing;

namespace {

NewProduct club_product()
{
    return NewProduct{"Clube de Leitura", 5, {{"product.id", "4100200"}, {"plan.name", "Mensal"}}, {"11", "12"}};
}

} // namespace

TEST_CASE_METHOD(DatabaseFixture, "a product that was added is found by its identifiers", "[model][catalogue]")
{
    const auto id = add_product(connection(), club_product());

    REQUIRE(id.has_value());
    const Catalogue catalogue = load_catalogue(connection());
    const auto resolution = catalogue.resolve({{"subscription.plan.name", "Mensal"}}, day(0));
    REQUIRE(resolution.has_value());
    CHECK(resolution->product->id == *id);
    CHECK(resolution->product->name == "Clube de Leitura");
    CHECK(resolution->product->priority == 5);
    CHECK(resolution->product->active);
    CHECK_FALSE(resolution->product->deactivated_at.has_value());
    REQUIRE(resolution->product->discord_roles.size() == 2);
    CHECK(resolution->product->discord_roles[0].value == "11");
    CHECK(resolution->product->discord_roles[1].value == "12");
    CHECK(resolution->product->discord_roles[1].covers(Time{})); // whoever bought before, too
}

TEST_CASE_METHOD(DatabaseFixture, "an identifier belongs to one product, and the error names it", "[model][catalogue]")
{
    const std::string owner = add_product(connection(), club_product()).value();

    const auto second =
        add_product(connection(), {"Outro Clube", 0, {{"offer.code", "new"}, {"product.id", "4100200"}}, {}});

    REQUIRE(second.has_error());
    CHECK(second.error().kind == ErrorKind::duplicate);
    CHECK(second.error().detail ==
          "product.id=4100200 already belongs to product \"Clube de Leitura\" (" + owner + ")");
    // Nothing of it stays, and the connection goes on.
    CHECK(number("SELECT count(*) FROM products") == 1);
    CHECK(number("SELECT count(*) FROM product_identifiers WHERE value = 'new'") == 0);
    CHECK_FALSE(connection().in_transaction());
}

TEST_CASE_METHOD(DatabaseFixture, "the same value under another kind is another identifier", "[model][catalogue]")
{
    REQUIRE(add_product(connection(), {"A", 0, {{"product.id", "123"}}, {}}).has_value());
    CHECK(add_product(connection(), {"B", 0, {{"plan.id", "123"}}, {}}).has_value());
}

TEST_CASE_METHOD(DatabaseFixture, "a kind of identifier that nobody knows is refused", "[model][catalogue]")
{
    CHECK_THROWS_AS(add_product(connection(), {"A", 0, {{"colour", "red"}}, {}}), postgres::Failure);
    CHECK_THROWS_AS(add_product(connection(), {"A", 0, {{"product.id", ""}}, {}}), postgres::Failure);
    CHECK_THROWS_AS(add_product(connection(), {"", 0, {}, {}}), postgres::Failure);
    CHECK(number("SELECT count(*) FROM products") == 0);
}

TEST_CASE_METHOD(DatabaseFixture, "the moment of switching off is read with the product", "[model][catalogue]")
{
    add_product(connection(), club_product()).value();
    connection().execute("UPDATE products SET active = false, deactivated_at = $1", {to_iso8601(day(10))});

    const Catalogue catalogue = load_catalogue(connection());

    CHECK(catalogue.resolve({{"product.id", "4100200"}}, day(9)).has_value());
    CHECK_FALSE(catalogue.resolve({{"product.id", "4100200"}}, day(10)).has_value());
}

TEST_CASE_METHOD(DatabaseFixture, "the cache notices every kind of change, made by anybody", "[model][catalogue]")
{
    CatalogueCache cache;
    CHECK_FALSE(cache.current(connection()).resolve({{"product.id", "4100200"}}, day(0)).has_value());
    auto other = another_connection();
    const std::string id = add_product(other, club_product()).value();

    REQUIRE(cache.current(connection()).find(id) != nullptr);
    CHECK(cache.current(connection()).find(id)->discord_roles.size() == 2);

    other.execute("UPDATE products SET name = 'Clube' WHERE id = $1", {id});
    CHECK(cache.current(connection()).find(id)->name == "Clube");
    other.script("DELETE FROM access_rules WHERE value = '11'");
    REQUIRE(cache.current(connection()).find(id)->discord_roles.size() == 1);
    CHECK(cache.current(connection()).find(id)->discord_roles[0].value == "12");
    other.script("UPDATE product_identifiers SET value = '77' WHERE kind = 'product.id'");
    CHECK(cache.current(connection()).resolve({{"product.id", "77"}}, day(0)).has_value());
    other.script("DELETE FROM products");
    CHECK(cache.current(connection()).find(id) == nullptr);
}

TEST_CASE_METHOD(DatabaseFixture, "without a change the cache keeps what it has", "[model][catalogue]")
{
    CatalogueCache cache;
    const std::string id = add_product(connection(), club_product()).value();
    const Product* first = cache.current(connection()).find(id);

    CHECK(cache.current(connection()).find(id) == first);
}

TEST_CASE_METHOD(FoldFixture, "the list of products says how they are known and how many have them",
                 "[model][catalogue]")
{
    fold({approved("HP1", day(1)), with_email(approved("HP2", day(1)), "leo@example.com"),
          with_email(approved("HP3", day(1), chess), "leo@example.com"),
          with_email(refunded("HP3", day(2), chess), "leo@example.com")});
    connection().script("INSERT INTO product_identifiers SELECT 'offer.code', 'cl9mensal', id FROM products "
                        "WHERE name = 'Clube de Leitura'");

    const auto products = list_products(connection());

    REQUIRE(products.size() == 3);
    CHECK(products[0].name == "Oficina de Poesia"); // highest priority first
    CHECK(products[1].active_students == 0);
    CHECK(products[2].name == "Clube de Leitura");
    CHECK(products[2].identifiers == "offer.code=cl9mensal, product.id=4100200");
    CHECK(products[2].roles == club_role);
    CHECK(products[2].active_students == 2);
}
