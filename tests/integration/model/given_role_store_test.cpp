#include "fold_fixture.hpp"
#include "model/stores/discord_store.hpp"
#include "model/stores/given_role_store.hpp"
#include "model/stores/sweep_store.hpp"

#include "core/uuid.hpp"

#include <catch2/catch.hpp>

using namespace ciclo;
using namespace ciclo::model;
using namespace ciclo::testing;

namespace {

class GivenRoles : public FoldFixture {
public:
    GivenRoles() { fold({approved("HP1", day(1)), linked("220", day(2))}); }

    RoleOfAccount role() { return {"220", std::string{club_role}, user_id()}; }
    RoleHistory history(const std::string& account = "220")
    {
        return read_role_evidence(connection(), user_id(), account).history[std::string{club_role}];
    }
    void give(Time at)
    {
        intend_to_give(connection(), role());
        REQUIRE(confirm_given(connection(), role(), at));
    }
    void see(std::set<std::string> roles, Time at)
    {
        record_member(connection(), {"220", user_id(), true, false, std::move(roles), at, false});
    }
};

} // namespace

TEST_CASE_METHOD(GivenRoles, "what was given is noted once, however often it is confirmed", "[discord][given]")
{
    intend_to_give(connection(), role());
    CHECK(history().giving);
    intend_to_give(connection(), role()); // the answer was lost: again
    CHECK(confirm_given(connection(), role(), day(3)));
    CHECK_FALSE(confirm_given(connection(), role(), day(4)));
    CHECK(history().is_given());
    CHECK_FALSE(history().giving);

    intend_to_take(connection(), role());
    CHECK(confirm_taken(connection(), role(), day(5)));
    CHECK_FALSE(confirm_taken(connection(), role(), day(5)));
    CHECK_FALSE(history().is_given());
    CHECK_FALSE(history().was_taken_by_hand());

    give(day(4)); // by a clock that is behind
    CHECK(history().is_given());
}

TEST_CASE_METHOD(GivenRoles, "an intent that came to nothing leaves nothing", "[discord][given]")
{
    intend_to_give(connection(), role());
    drop_intent(connection(), role());
    CHECK_FALSE(confirm_given(connection(), role(), day(3)));
    CHECK_FALSE(history().is_given());
}

TEST_CASE_METHOD(GivenRoles, "whoever is seen without a role has lost it, and a hand that gives it again is not ours",
                 "[discord][given]")
{
    give(day(3));
    see({}, day(2)); // seen before it was given
    CHECK(history().is_given());
    see({std::string{club_role}}, day(4));
    CHECK(history().is_given());
    see({}, day(5));
    CHECK(history().was_taken_by_hand());
    see({std::string{club_role}}, day(6));
    CHECK_FALSE(history().is_given());
    give(day(7));
    CHECK(history().is_given());
}

TEST_CASE_METHOD(GivenRoles, "an old sight does not replace a newer one", "[discord][given]")
{
    see({"5"}, day(6));
    see({}, day(5));
    CHECK(text("SELECT seen_roles::text FROM discord_members") == "{5}");
}

TEST_CASE_METHOD(GivenRoles, "the end of access is evidence until the student was seen without the role",
                 "[discord][given]")
{
    fold({refunded("HP1", day(10))});
    const auto evidence = read_role_evidence(connection(), user_id(), "220");
    REQUIRE(evidence.ended.contains(std::string{club_role}));
    CHECK(evidence.ended.at(std::string{club_role}) == day(10));
    note_absent(connection(), "220", user_id(), {std::string{club_role}}, day(11));
    CHECK(history().gone_at == day(11));
    CHECK_FALSE(history().given_at.has_value());
    note_absent(connection(), "220", user_id(), {std::string{club_role}}, day(9));
    CHECK(history().gone_at == day(11));
}

TEST_CASE_METHOD(GivenRoles, "a former account is cleared, unless it is somebody else's now", "[discord][given]")
{
    give(day(3));
    CHECK(read_former_accounts(connection(), user_id()).empty());
    fold({linked("221", day(20))});
    const auto former = read_former_accounts(connection(), user_id());
    REQUIRE(former.size() == 1);
    CHECK(former[0].discord_id == "220");
    CHECK(former[0].roles == std::set<std::string>{std::string{club_role}});

    fold({with_email(linked("220", day(21)), "bia@example.com")});
    CHECK(read_former_accounts(connection(), user_id()).empty());
}

TEST_CASE_METHOD(GivenRoles, "a sweep that waits keeps roles from being taken, but not for newer reasons",
                 "[discord][given][sweep]")
{
    give(day(3));
    const std::string sweep = new_uuid();
    begin_sweep(connection(), {sweep, false});
    const RoleToTake taken{user_id(), "220", std::string{club_role}};
    note_revocations(connection(), sweep, {&taken, 1}, ciclo::now());
    const auto held_back = [&] { return read_role_evidence(connection(), user_id(), "220").held_back.size(); };
    CHECK(held_back() == 1);

    SECTION("decided: not any more")
    {
        finish_sweep(connection(), sweep, SweepEnd::held, "too many");
        CHECK(held_back() == 1);
        CHECK(held_because(connection(), sweep) == "too many");
        const auto people = confirm_sweep(connection(), sweep);
        REQUIRE(people.has_value());
        CHECK(*people == std::vector{user_id()});
        CHECK(held_back() == 0);
        CHECK_FALSE(confirm_sweep(connection(), sweep).has_value());
        CHECK_FALSE(held_because(connection(), sweep).has_value());
    }
    SECTION("discarded: not any more either")
    {
        finish_sweep(connection(), sweep, SweepEnd::held, "too many");
        CHECK(discard_sweep(connection(), sweep).has_value());
        CHECK(held_back() == 0);
    }
    SECTION("a refund since then is new evidence")
    {
        fold({refunded("HP1", day(10))});
        CHECK(held_back() == 0);
    }
}

TEST_CASE_METHOD(GivenRoles, "what failed because of a role is tried once more when roles change", "[discord][given]")
{
    connection().execute("UPDATE reconciliations SET failed = true, last_error = 'role 1 cannot be given: 50013'");
    CHECK(recheck_refused_roles(connection()) == 1);
    CHECK(recheck_refused_roles(connection()) == 0); // a burst of changes
    connection().execute("UPDATE reconciliations SET failed = true, last_error = 'welcome_channel_id is missing'");
    CHECK(recheck_refused_roles(connection()) == 0);
}
