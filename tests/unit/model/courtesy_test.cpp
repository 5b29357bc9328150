#include "model/rules/courtesy.hpp"
#include "model/rules/projection.hpp"
#include "story.hpp"

#include <catch2/catch.hpp>

using namespace ciclo;
using namespace ciclo::model;
using namespace ciclo::testing;

namespace {

Fact courtesy(Time when, Time until, std::string_view product_id = club_id)
{
    return courtesy_fact({std::string{rita}, std::string{product_id}, "guest teacher", until}, when);
}

EnrollmentView club_of(const StudentView& view)
{
    return view.enrollments.at(std::string{club_id});
}

StudentView at(const std::vector<Fact>& facts, Time now)
{
    return project(facts, story_catalogue(), Policy{}, now);
}

} // namespace

TEST_CASE("a courtesy gives the product and its role until its end, and nothing after", "[courtesy]")
{
    const std::vector<Fact> facts{linked("220", day(0)), courtesy(day(1), day(30))};

    const auto during = at(facts, day(10));
    CHECK(club_of(during).status == EnrollmentStatus::active);
    CHECK(club_of(during).started_at == day(1));
    CHECK(during.lifecycle == Lifecycle::active);
    CHECK(during.changes_at == day(30));
    CHECK(wanted_discord_roles(during, story_catalogue()) == std::set<std::string>{std::string{club_role}});

    const auto after = at(facts, day(30));
    CHECK(club_of(after).status == EnrollmentStatus::expired);
    CHECK(club_of(after).ended_at == day(30));
    CHECK(after.lifecycle == Lifecycle::churned);
    CHECK(wanted_discord_roles(after, story_catalogue()).empty());
}

TEST_CASE("a courtesy keeps what a refund takes, and a payment keeps what a courtesy's end takes", "[courtesy]")
{
    const std::vector<Fact> refunded_one{approved("HP1", day(1)), courtesy(day(5), day(30)), refunded("HP1", day(10))};
    CHECK(club_of(at(refunded_one, day(20))).status == EnrollmentStatus::active);
    CHECK(club_of(at(refunded_one, day(20))).started_at < day(2)); // with the payment
    CHECK(club_of(at(refunded_one, day(40))).status == EnrollmentStatus::expired);
    CHECK(club_of(at(refunded_one, day(40))).ended_at == day(30));

    const std::vector<Fact> paid{approved("HP1", day(1)), courtesy(day(5), day(30))};
    CHECK(club_of(at(paid, day(40))).status == EnrollmentStatus::active);
    CHECK(club_of(at(paid, day(40))).origin_transaction == "HP1");

    const std::vector<Fact> refunded_later{approved("HP1", day(1)), courtesy(day(5), day(6)), refunded("HP1", day(10))};
    CHECK(club_of(at(refunded_later, day(40))).end == AccessEnd::refunded);
}

TEST_CASE("the last courtesy of a product is the one that holds", "[courtesy]")
{
    const std::vector<Fact> shortened{courtesy(day(1), day(300)), courtesy(day(2), day(3))};
    CHECK(club_of(at(shortened, day(4))).status == EnrollmentStatus::expired);
    const std::vector<Fact> over_before{courtesy(day(1), day(300)), courtesy(day(5), day(2))};
    CHECK(club_of(at(over_before, day(6))).status == EnrollmentStatus::expired);
    CHECK(club_of(at(over_before, day(6))).started_at == day(5));
    CHECK(club_of(at(over_before, day(6))).ended_at == day(5));
    const std::vector<Fact> unknown{courtesy(day(1), day(300), "00000000-0000-7000-8000-00000000000f")};
    CHECK(at(unknown, day(4)).enrollments.empty());
}

TEST_CASE("a courtesy is kept with its reason and end", "[courtesy]")
{
    const Fact fact = courtesy(day(1), day(30));
    const auto read = decode_fact(fact.id, to_string(fact.type), fact.occurred_at, encode_body(fact));
    REQUIRE(read.has_value());
    CHECK(read->reason == "guest teacher");
    CHECK(read->access_until == day(30));
    CHECK(read->candidates == fact.candidates);
}
