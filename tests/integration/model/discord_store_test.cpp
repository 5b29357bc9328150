#include "core/uuid.hpp"
#include "fold_fixture.hpp"
#include "model/stores/discord_store.hpp"
#include "model/stores/settings_store.hpp"
#include "model/stores/student_store.hpp"

#include <catch2/catch.hpp>

#include <future>

using namespace ciclo;
using namespace ciclo::model;
using namespace ciclo::testing;

using Roles = std::set<std::string>;

TEST_CASE_METHOD(FoldFixture, "the wish names the roles of active products and all roles that are ours",
                 "[model][discord]")
{
    fold({approved("HP1", day(1)), approved("HP2", day(1), chess), refunded("HP2", day(2), chess),
          linked("220", day(3))});
    set_setting(connection(), "visitor_role_id", "999");

    const auto wish = read_discord_wish(connection(), user_id());

    REQUIRE(wish.has_value());
    CHECK(wish->email == rita);
    CHECK(wish->discord_id == "220");
    CHECK(wish->roles == Roles{std::string{club_role}});
    CHECK(wish->managed == Roles{std::string{club_role}, std::string{chess_role}, "999"});
    CHECK(wish->product_names == std::vector<std::string>{"Clube de Leitura"});
    CHECK_FALSE(read_discord_wish(connection(), new_uuid()).has_value());
}

TEST_CASE_METHOD(FoldFixture, "what was seen of a member replaces what was seen before", "[model][discord]")
{
    fold({approved("HP1", day(1))});
    SeenMember member{"220", user_id(), true, true, {}, day(5), true};
    record_member(connection(), member);
    member.pending = false;
    member.roles = {"1", "2"};
    member.seen_at = day(6);
    member.changed_by_us = false;
    record_member(connection(), member);

    CHECK(text("SELECT present || ' ' || pending || ' ' || array_to_string(seen_roles, ',') FROM discord_members") ==
          "true false 1,2");
    CHECK(text("SELECT seen_at = $1::timestamptz FROM discord_members", {to_iso8601(day(6))}) == "t");
    // When we last changed something stays known.
    CHECK(text("SELECT applied_at IS NOT NULL FROM discord_members") == "t");
}

TEST_CASE_METHOD(FoldFixture, "a member who was looked at while the student was merged belongs to whoever stayed",
                 "[model][discord]")
{
    fold({of_subscription(approved("HP1", day(1)), "QX7PL2AB", day(31))});
    fold({with_email(approved("HP2", day(2)), "rita@new.example")});
    const auto loser = user_id("rita@new.example");
    record_member(connection(), {"220", loser, true, false, {}, day(5), false});
    auto looking = another_connection();
    auto observer = another_connection();
    const auto pid = session_pid(looking);
    {
        postgres::Transaction merge{connection()};
        (void)find_students(connection(),
                            std::vector{with_email(of_subscription(approved("HP3", day(31)), "QX7PL2AB", day(61)),
                                                   "rita@new.example")});
        auto look = std::async(std::launch::async, [&] {
            record_member(looking, {"220", loser, true, false, {"1"}, day(6), false}); // seen before
            record_member(looking, {"221", loser, true, false, {"1"}, day(6), false}); // never seen before
        });
        CHECK(waits_for_lock(observer, pid));
        merge.commit();
        CHECK_NOTHROW(look.get());
    }
    CHECK(number("SELECT count(*) FROM users") == 1);
    CHECK(text("SELECT string_agg(discord_id || '=' || coalesce(user_id::text, 'nobody'), ' ' ORDER BY discord_id) "
               "FROM discord_members") == "220=" + user_id() + " 221=nobody");
    CHECK(text("SELECT string_agg(array_to_string(seen_roles, ','), ' ') FROM discord_members") == "1 1");
}

TEST_CASE_METHOD(FoldFixture, "an invite is open until an hour before its end", "[model][discord]")
{
    fold({approved("HP1", day(1))});
    const Time present = ciclo::now();
    record_invite(connection(), {"almost", user_id(), "5", present, present + std::chrono::minutes{59}});
    CHECK_FALSE(find_open_invite(connection(), user_id()).has_value());

    record_invite(connection(), {"shorter", user_id(), "5", present, present + std::chrono::hours{2}});
    record_invite(connection(), {"longest", user_id(), "5", present, present + std::chrono::hours{9}});

    const auto invite = find_open_invite(connection(), user_id());
    REQUIRE(invite.has_value());
    CHECK(invite->code == "longest");
    CHECK(invite->channel_id == "5");
    CHECK(invite->expires_at == present + std::chrono::hours{9});
}

TEST_CASE_METHOD(DatabaseFixture, "a setting is what was set last", "[model][settings]")
{
    CHECK_FALSE(find_setting(connection(), "visitor_role_id").has_value());
    set_setting(connection(), "visitor_role_id", "1");
    set_setting(connection(), "visitor_role_id", "");

    CHECK(find_setting(connection(), "visitor_role_id") == "");
}
