#include "model/rules/projection.hpp"
#include "story.hpp"

#include <catch2/catch.hpp>

#include <vector>

using namespace ciclo;
using namespace ciclo::model;
using namespace ciclo::testing;

namespace {

StudentView after(const std::vector<Fact>& facts, Time now = day(100))
{
    return project(facts, story_catalogue(), Policy{}, now);
}

bool has_access(const StudentView& student, std::string_view product = club_id)
{
    const auto found = student.enrollments.find(std::string{product});
    return found != student.enrollments.end() && found->second.status == EnrollmentStatus::active;
}

} // namespace

TEST_CASE("products are independent of each other", "[model][projection]")
{
    const auto student = after({approved("HP1", day(1), club), approved("HP2", day(2), chess), linked("1", day(3)),
                                refunded("HP1", day(6), club)});

    CHECK_FALSE(has_access(student, club_id));
    CHECK(has_access(student, chess_id));
    CHECK(student.lifecycle == Lifecycle::active);
    CHECK(wanted_discord_roles(student, story_catalogue()) == std::set<std::string>{std::string{chess_role}});
}

TEST_CASE("two products give the roles of both", "[model][projection]")
{
    const auto student = after({approved("HP1", day(1), club), approved("HP2", day(2), chess)});

    CHECK(wanted_discord_roles(student, story_catalogue()) ==
          std::set<std::string>{std::string{club_role}, std::string{chess_role}});
}

TEST_CASE("a sale of a product that nobody mapped is kept and gives nothing", "[model][projection]")
{
    const auto student = after({approved("HP1", day(1), unmapped)});

    const auto& transaction = student.transactions.at("HP1");
    CHECK(transaction.product_id.empty());
    CHECK(transaction.matched_by.empty());
    CHECK(transaction.candidates == std::vector<Candidate>{{"product.id", std::string{unmapped}}});
    CHECK(transaction.status == TransactionStatus::approved);
    CHECK(student.enrollments.empty());
    CHECK_FALSE(student.lifecycle.has_value());
}

TEST_CASE("a product that was switched off keeps its earlier sales and takes no new ones", "[model][projection]")
{
    Catalogue catalogue;
    catalogue.add(Product{std::string{club_id}, "Clube", 0, false, day(10), {}});
    catalogue.identify("product.id", std::string{club}, std::string{club_id});
    const std::vector facts{approved("HP1", day(9)), approved("HP2", day(11))};

    const auto student = project(facts, catalogue, Policy{}, day(20));

    CHECK(student.transactions.at("HP1").product_id == club_id);
    CHECK(student.transactions.at("HP2").product_id.empty());
    CHECK(has_access(student));
}

TEST_CASE("the moment of the order decides which catalogue a sale met, not the moment of the payment",
          "[model][projection]")
{
    Catalogue catalogue;
    catalogue.add(Product{std::string{club_id}, "Clube", 0, false, day(10), {}});
    catalogue.identify("product.id", std::string{club}, std::string{club_id});
    Fact paid_late = approved("HP1", day(12));
    paid_late.ordered_at = day(9);

    CHECK(has_access(project(std::vector{paid_late}, catalogue, Policy{}, day(20))));
}
