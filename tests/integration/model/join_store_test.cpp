#include "fold_fixture.hpp"
#include "model/stores/discord_link_store.hpp"
#include "model/stores/discord_session_store.hpp"
#include "model/stores/discord_store.hpp"
#include "model/stores/join_store.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <thread>

using namespace ciclo;
using namespace ciclo::model;
using namespace ciclo::testing;
using namespace std::chrono_literals;

namespace {

class JoinFixture : public FoldFixture {
public:
    JoinFixture()
    {
        fold({approved("HP1", day(1)), with_email(approved("HP2", day(1)), "leo@example.com")});
        invite("of-rita", rita);
        invite("of-leo", "leo@example.com");
    }

    void invite(const std::string& code, std::string_view email)
    {
        record_invite(connection(), {code, user_id(email), "301", present - 1h, present + 24h});
    }
    void join(const std::string& account, Time seen_at) { record_join(connection(), account, seen_at, seen_at); }
    std::optional<std::string> match(const std::string& account)
    {
        for (const auto& one : open_joins(connection(), present + 1h))
            if (one.discord_id == account)
                return matching_invite(scene_of(connection(), one));
        return std::nullopt;
    }

    Time present = ciclo::now();
};

} // namespace

TEST_CASE_METHOD(JoinFixture, "the invite that disappears around a join is the newcomer's, whichever is told first",
                 "[model][join]")
{
    for (const auto distance : {-1s, 0s, 1s}) {
        join("220", present);
        mark_invite_gone(connection(), "of-rita", present + distance);
        CHECK(match("220") == "of-rita");
        connection().script("DELETE FROM discord_joins; UPDATE discord_invites SET gone_at = NULL");
    }
    join("220", present);
    CHECK_FALSE(match("220").has_value());
    mark_invite_gone(connection(), "of-rita", present + 3s);
    CHECK_FALSE(match("220").has_value());
}

TEST_CASE_METHOD(JoinFixture, "with any doubt nobody is linked", "[model][join]")
{
    join("220", present);
    mark_invite_gone(connection(), "of-rita", present);
    SECTION("two newcomers at the same time")
    {
        join("221", present + 1s);
        CHECK_FALSE(match("221").has_value());
    }
    SECTION("two invites at the same time")
    {
        mark_invite_gone(connection(), "of-leo", present);
    }
    SECTION("an invite that only came to its end")
    {
        connection().script("UPDATE discord_invites SET expires_at = gone_at + interval '1 second'");
    }
    SECTION("an account that is somebody's already")
    {
        fold({with_email(linked("220", day(3)), "ana@example.com")});
    }
    CHECK_FALSE(match("220").has_value());
}

TEST_CASE_METHOD(JoinFixture, "an invite links its student once, and the fold makes the student active",
                 "[model][join]")
{
    const auto claim = [&](const std::string& code, const std::string& account) {
        postgres::Transaction transaction{connection()};
        auto linked = claim_invite(connection(), code, account, present);
        transaction.commit();
        return linked.has_value();
    };

    CHECK(claim("of-rita", "220"));
    CHECK_FALSE(claim("of-rita", "221")); // used
    CHECK_FALSE(claim("of-leo", "220"));  // the account has a student
    invite("again", rita);
    CHECK_FALSE(claim("again", "222")); // the student has an account
    CHECK_FALSE(claim("of-nobody", "223"));
    refold({user_id()});
    CHECK(text("SELECT discord_id || ' ' || lifecycle FROM users WHERE email = $1", {rita}) == "220 active");
    CHECK(text("SELECT body::jsonb ->> 'source' FROM facts WHERE type = 'DISCORD_LINKED'") == "invite");
    CHECK(number("SELECT count(*) FROM events WHERE type = 'discord.registration_completed'") == 1);
}

TEST_CASE_METHOD(JoinFixture, "the same join is one join however often it is told, and leaving ends it",
                 "[model][join]")
{
    record_join(connection(), "220", day(5), present);
    record_join(connection(), "220", day(5), present + 1s);
    record_join(connection(), "220", day(6), present + 2s); // left and came again
    CHECK(open_joins(connection(), present + 1h).size() == 2);
    CHECK(open_joins(connection(), present).size() == 1);

    const auto joins = open_joins(connection(), present);
    end_join(connection(), joins.front(), JoinEnd::welcomed);
    CHECK(open_joins(connection(), present + 1h).size() == 1);
    forget_open_joins(connection(), "220");
    CHECK(open_joins(connection(), present + 1h).empty());
    CHECK(text("SELECT string_agg(outcome, ' ' ORDER BY joined_at) FROM discord_joins") == "welcomed left");
}

TEST_CASE_METHOD(JoinFixture, "what was seen of a member is kept, and an older sight changes nothing", "[model][join]")
{
    fold({linked("220", day(3))});
    const auto seen = [&](bool is_present, std::optional<bool> pending, Time at) {
        return see_member(connection(), {"220", is_present, pending, {"1"}, at});
    };

    const auto first = seen(true, true, present);
    CHECK(first.user_id == user_id());
    CHECK_FALSE(first.was_present);
    CHECK(seen(true, std::nullopt, present + 1s).was_pending);
    CHECK(text("SELECT pending FROM discord_members") == "t"); // not told: as before
    CHECK(seen(false, false, present - 1s).was_present);
    CHECK(text("SELECT present FROM discord_members") == "t");
    CHECK(see_member(connection(), {"999", true, false, {}, present}).user_id.empty());
}

TEST_CASE_METHOD(JoinFixture,
                 "awaited are known accounts that should have a role and were not seen with the rules accepted",
                 "[model][join]")
{
    fold({linked("220", day(3)), with_email(linked("221", day(3)), "leo@example.com")});
    CHECK(awaited_members(connection(), "", 10).size() == 2);
    CHECK(awaited_members(connection(), "220", 10).front().discord_id == "221");
    see_member(connection(), {"220", true, true, {}, present});
    CHECK(awaited_members(connection(), "", 10).size() == 2);
    see_member(connection(), {"220", true, false, {}, present});
    CHECK(awaited_members(connection(), "", 10).size() == 1);
    fold({with_email(refunded("HP2", day(4)), "leo@example.com")});
    CHECK(awaited_members(connection(), "", 10).empty());
}

TEST_CASE_METHOD(DatabaseFixture, "the bot's session is what was handled last, and one connection has it",
                 "[model][discord-session]")
{
    CHECK_FALSE(find_discord_session(connection()).has_value());
    CHECK(discord_command_hash(connection()).empty());
    set_discord_command_hash(connection(), "abc");
    CHECK_FALSE(find_discord_session(connection()).has_value());
    begin_discord_session(connection(), {"s1", 1, "wss://again.example"});
    advance_discord_session(connection(), 42);

    const auto session = find_discord_session(connection());
    REQUIRE(session.has_value());
    CHECK(session->id == "s1");
    CHECK(session->sequence == 42);
    CHECK(session->resume_url == "wss://again.example");
    CHECK(discord_command_hash(connection()) == "abc");

    auto first = std::make_unique<postgres::Connection>(another_connection());
    auto second = another_connection();
    CHECK(acquire_discord_bot(*first));
    CHECK(acquire_discord_bot(*first));
    CHECK_FALSE(acquire_discord_bot(second));
    first.reset();
    bool acquired = false;
    for (int i = 0; i < 500 && !acquired; ++i) {
        acquired = acquire_discord_bot(second);
        if (!acquired)
            std::this_thread::sleep_for(10ms);
    }
    CHECK(acquired);
}
