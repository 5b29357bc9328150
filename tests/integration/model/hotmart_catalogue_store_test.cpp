#include "fold_fixture.hpp"

#include "model/stores/club_store.hpp"
#include "model/stores/hotmart_catalogue_store.hpp"
#include "model/stores/hotmart_subscriber_store.hpp"

#include <catch2/catch.hpp>

using namespace ciclo;
using namespace ciclo::model;
using namespace ciclo::testing;

namespace {

const std::string course{chess_id};

} // namespace

TEST_CASE_METHOD(FoldFixture, "new products of Hotmart arrive inactive, known ones only learn their ucode",
                 "[hotmart-catalogue]")
{
    const std::vector<HotmartProduct> told{{"4100300", "u-chess", "Another name"}, {"4109999", "u-new", "Novo"}};

    const auto written = write_hotmart_products(connection(), told);
    const auto before = row_versions();
    const auto again = write_hotmart_products(connection(), told);

    CHECK(written.inserted == 1);
    CHECK(written.identifiers == 3);
    CHECK(again.inserted + again.identifiers == 0);
    CHECK(row_versions() == before);
    CHECK(text("SELECT active FROM products WHERE name = 'Novo'") == "f");
    CHECK(text("SELECT name FROM products WHERE id = $1", {course}) == "Curso de Xadrez");
    CHECK(product_of_hotmart_id(connection(), "4109999") == text("SELECT id FROM products WHERE name = 'Novo'"));
}

TEST_CASE_METHOD(FoldFixture, "offers are kept with their price, which a sale then decides", "[hotmart-catalogue]")
{
    const std::vector<HotmartOffer> told{{"a", "", "97.50", "BRL", true}, {"b", "Promo", "", "", false}};
    CHECK(write_hotmart_offers(connection(), course, told) == 2);
    CHECK(write_hotmart_offers(connection(), course, told) == 0);
    connection().script("UPDATE offers SET price = 50, last_sold_at = now() WHERE code = 'a'");

    CHECK(write_hotmart_offers(connection(), course, told) == 0);

    CHECK(text("SELECT price FROM offers WHERE code = 'a'") == "50");
}

TEST_CASE_METHOD(FoldFixture, "modules, lessons with their release, and progress write only what is new",
                 "[hotmart-catalogue]")
{
    Fact purchase;
    purchase.id = "00000000-0000-4000-8000-000000000001";
    purchase.email = rita;
    purchase.transaction = "HP1";
    purchase.occurred_at = day(1);
    purchase.candidates = {{"product.id", "4100300"}};
    fold({purchase});
    const std::vector<Module> modules{{"m1", "Aberturas", 1, false, true}};
    std::vector<Lesson> lessons{{"P1", "m1", "Peões", "CONTENT", 1, true, "", {}, {}},
                                {"P2", "m1", "Torres", "QUIZ", 2, true, "BY_DAYS", {}, 7},
                                {"P3", "m1", "Damas", "CONTENT", 3, true, "BY_DATE", day(9), {}}};
    const std::vector<CompletedLesson> done{{"P1", day(2)}, {"unknown", day(2)}};
    CHECK(write_modules(connection(), course, modules) == 1);
    CHECK(write_lessons(connection(), course, lessons) == 3);
    CHECK(write_progress(connection(), user_id(), course, done) == 1);
    const auto before = row_versions();

    CHECK(write_modules(connection(), course, modules) == 0);
    CHECK(write_lessons(connection(), course, lessons) == 0);
    CHECK(write_progress(connection(), user_id(), course, done) == 0);

    CHECK(row_versions() == before);
    lessons[1].drip_days = 14;
    CHECK(write_lessons(connection(), course, lessons) == 1);
    const std::string emails[] = {std::string{rita}, "leo@example.com"};
    const auto students = club_students(connection(), course, emails);
    REQUIRE(students.size() == 1);
    CHECK(students.at(std::string{rita}).completed == 1);
    CHECK_FALSE(students.at(std::string{rita}).has_first_access);
}

TEST_CASE_METHOD(FoldFixture, "a person's subscription in a product is the one that is paid for", "[hotmart-catalogue]")
{
    const std::vector<Subscriber> told{{"OLD", std::string{rita}, "4100200", "CANCELLED_BY_CUSTOMER", "1", day(400)},
                                       {"NEW", std::string{rita}, "4100200", "ACTIVE", "1", day(30)}};
    CHECK(write_subscribers(connection(), told) == 2);
    CHECK(write_subscribers(connection(), told) == 0);
    const PersonAndProduct wanted[] = {{std::string{rita}, "4100200"}, {std::string{rita}, "4100300"}};

    const auto found = find_subscribers(connection(), wanted);

    REQUIRE(found.size() == 1);
    CHECK(found.begin()->second.subscriber_code == "NEW");
}
