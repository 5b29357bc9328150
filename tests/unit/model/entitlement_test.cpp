#include "model/rules/projection.hpp"
#include "story.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace ciclo;
using namespace ciclo::model;
using namespace ciclo::testing;

namespace {

constexpr auto code = "QX7PL2AB";
const std::string late_role = "1100000000000000009";
using Roles = std::set<std::string>;

// The workshop of the story gives one role, by this rule.
Catalogue with_rule(const Entitlement& rule)
{
    Catalogue catalogue = story_catalogue();
    catalogue.add(
        Product{std::string{poetry_id}, "Oficina de Poesia", 3, true, std::nullopt, {rule}, {}, std::nullopt, {}});
    return catalogue;
}

StudentView at(const std::vector<Fact>& facts, const Entitlement& rule, Time now = day(100))
{
    return project(facts, with_rule(rule), Policy{}, now);
}

Roles roles(const std::vector<Fact>& facts, const Entitlement& rule, Time now = day(100))
{
    return wanted_discord_roles(at(facts, rule, now), with_rule(rule));
}

} // namespace

TEST_CASE("a rule covers the access that begins within its time", "[entitlement]")
{
    CHECK(Entitlement{"r"}.covers(day(1)));
    CHECK_FALSE(Entitlement{"r", day(10)}.covers(day(9)));
    CHECK(Entitlement{"r", day(10)}.covers(day(10)));
    CHECK(Entitlement{"r", {}, day(10)}.covers(day(9)));
    CHECK_FALSE(Entitlement{"r", {}, day(10)}.covers(day(10)));
    CHECK_FALSE(Entitlement{"r", {}, Time{}}.covers(Time{})); // ended for everybody
}

TEST_CASE("a later rule is for those who buy after it, and asks nobody else to register", "[entitlement]")
{
    const Entitlement rule{late_role, day(10)};
    const std::vector<Fact> present{approved("HP1", day(1), poetry)};
    const std::vector<Fact> newcomer{approved("HP1", day(11), poetry)};

    CHECK(roles(present, rule).empty());
    CHECK(at(present, rule).lifecycle == Lifecycle::active);
    CHECK(roles(newcomer, rule) == Roles{late_role});
    CHECK(at(newcomer, rule).lifecycle == Lifecycle::pending_onboarding);
    // Asked for: the same rule without a beginning.
    CHECK(roles(present, Entitlement{late_role}) == Roles{late_role});
}

TEST_CASE("a renewal is no new access, but whoever left and came back began anew", "[entitlement]")
{
    const Entitlement rule{late_role, day(10)};
    const auto payment = [](std::string_view transaction, int number) {
        return of_subscription(approved(transaction, day(number), poetry), code, day(number + 30));
    };
    CHECK(roles({payment("HP1", 1), payment("HP2", 31), payment("HP3", 61)}, rule).empty());
    CHECK(roles({payment("HP1", 1), cancelled(code, day(5)), payment("HP2", 12)}, rule) == Roles{late_role});
    CHECK(roles({approved("HP1", day(1), poetry), refunded("HP1", day(5), poetry), approved("HP2", day(12), poetry)},
                rule) == Roles{late_role});
    // A second purchase while the first one holds changes nothing.
    CHECK(roles({approved("HP1", day(1), poetry), approved("HP2", day(12), poetry)}, rule).empty());
    // Nor does a refund of one of two.
    CHECK(roles({approved("HP1", day(1), poetry), approved("HP2", day(12), poetry), refunded("HP1", day(15), poetry)},
                rule)
              .empty());
}

TEST_CASE("a rule that ended is kept by those who were there, until they leave", "[entitlement]")
{
    const Entitlement rule{late_role, {}, day(10)};
    const std::vector<Fact> story{approved("HP1", day(1), poetry), refunded("HP1", day(20), poetry),
                                  approved("HP2", day(30), poetry)};

    CHECK(roles({story[0]}, rule) == Roles{late_role});
    CHECK(roles({story[0], story[1]}, rule).empty());
    CHECK(roles(story, rule).empty());
    CHECK(roles({story[2]}, rule).empty());
}

TEST_CASE("when access began does not depend on the order in which the facts arrive", "[entitlement]")
{
    std::vector<Fact> facts{approved("HP1", day(1), poetry), refunded("HP1", day(5), poetry),
                            approved("HP2", day(12), poetry), linked("220", day(13))};
    const auto by_id = [](const Fact& a, const Fact& b) { return a.id < b.id; };
    std::sort(facts.begin(), facts.end(), by_id);
    do {
        const auto view = at(facts, Entitlement{late_role, day(10)});
        CHECK(view.enrollments.at(std::string{poetry_id}).access_since == day(12));
    } while (std::next_permutation(facts.begin(), facts.end(), by_id));
}
