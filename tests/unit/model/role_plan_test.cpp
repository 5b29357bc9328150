#include "model/rules/alert_changes.hpp"
#include "model/rules/role_plan.hpp"

#include <catch2/catch.hpp>

using namespace ciclo;
using namespace ciclo::model;

namespace {

using Roles = std::vector<std::string>;

Time at(int hours)
{
    return Time{std::chrono::hours{480'000 + hours}};
}

RoleHistory given(int when)
{
    RoleHistory history;
    history.given_at = at(when);
    return history;
}

RoleHistory gone(std::optional<int> given_at, int gone_at, bool by_us)
{
    RoleHistory history;
    if (given_at)
        history.given_at = at(*given_at);
    history.gone_at = at(gone_at);
    history.taken_by_us = by_us;
    return history;
}

RoleQuestion question()
{
    RoleQuestion asked;
    asked.managed = {"club", "chess", "visitor"};
    asked.visitor_role = "visitor";
    return asked;
}

} // namespace

TEST_CASE("roles of active products are given, and others left alone", "[roles]")
{
    auto asked = question();
    asked.wanted = {"club"};
    asked.held = {"moderator"};
    const auto plan = plan_roles(asked);
    CHECK(plan.give == Roles{"club"});
    CHECK(plan.take.empty());
    CHECK(plan.by_hand.empty());
}

TEST_CASE("the visitor role is for whom no product gives one", "[roles]")
{
    auto asked = question();
    CHECK(plan_roles(asked).give == Roles{"visitor"});
    asked.wanted = {"club"};
    asked.held = {"visitor", "club"};
    CHECK(plan_roles(asked).give.empty());
    CHECK(plan_roles(asked).take == Roles{"visitor"});
    asked.visitor_role = "";
    asked.wanted = {};
    asked.held = {};
    CHECK(plan_roles(asked).changes_nothing());
}

TEST_CASE("a role is taken only with evidence", "[roles]")
{
    auto asked = question();
    asked.visitor_role = "";
    asked.held = {"club"};

    SECTION("held by hand: none")
    {
        CHECK(plan_roles(asked).take.empty());
        CHECK(plan_roles(asked).by_hand == Roles{"club"});
    }
    SECTION("ciclo gave it")
    {
        asked.history["club"] = given(1);
        CHECK(plan_roles(asked).take == Roles{"club"});
    }
    SECTION("ciclo was about to give it, and the answer was lost")
    {
        asked.history["club"].giving = true;
        CHECK(plan_roles(asked).take == Roles{"club"});
    }
    SECTION("it was taken by hand and given again by hand")
    {
        asked.history["club"] = gone(1, 2, false);
        CHECK(plan_roles(asked).by_hand == Roles{"club"});
    }
    SECTION("the access ended by a fact")
    {
        asked.ended["club"] = at(5);
        CHECK(plan_roles(asked).take == Roles{"club"});
        asked.history["club"] = gone(std::nullopt, 4, false); // seen without it before that
        CHECK(plan_roles(asked).take == Roles{"club"});
    }
    SECTION("the access ended, ciclo took it, and somebody gave it again")
    {
        asked.ended["club"] = at(5);
        asked.history["club"] = gone(1, 6, true);
        CHECK(plan_roles(asked).by_hand == Roles{"club"});
    }
    SECTION("a stopped sweep holds it back")
    {
        asked.history["club"] = given(1);
        asked.held_back = {"club"};
        CHECK(plan_roles(asked).take.empty());
        CHECK(plan_roles(asked).held_back == Roles{"club"});
    }
    SECTION("not managed: never")
    {
        asked.managed = {"chess"};
        asked.history["club"] = given(1);
        CHECK(plan_roles(asked).changes_nothing());
        CHECK(plan_roles(asked).by_hand.empty());
    }
}

TEST_CASE("who is seen without a role after the access ended is remembered once", "[roles]")
{
    auto asked = question();
    asked.ended["club"] = at(5);
    CHECK(plan_roles(asked).absent == Roles{"club"});
    asked.history["club"] = gone(std::nullopt, 6, false);
    CHECK(plan_roles(asked).absent.empty());
}

TEST_CASE("a role that somebody else took is told apart from one that ciclo took", "[roles]")
{
    CHECK(gone(1, 2, false).was_taken_by_hand());
    CHECK_FALSE(gone(1, 2, true).was_taken_by_hand());
    CHECK_FALSE(given(1).was_taken_by_hand());
    CHECK_FALSE(RoleHistory{}.was_taken_by_hand());
}

TEST_CASE("an alert is told when it opens and when it closes", "[alerts]")
{
    const AlertKey down{"provider_down", "discord"};
    const AlertKey letters{"dead_letters", "rabbitmq"};
    auto changes = alert_changes({}, {{down, "503"}});
    CHECK(changes.opened == std::vector{down});
    CHECK(changes.closed.empty());

    changes = alert_changes({{down, "503"}}, {{down, "another 503"}});
    CHECK(changes.opened.empty());
    CHECK(changes.closed.empty());

    changes = alert_changes({{down, "503"}}, {{letters, "3"}});
    CHECK(changes.opened == std::vector{letters});
    CHECK(changes.closed == std::vector{down});
}
