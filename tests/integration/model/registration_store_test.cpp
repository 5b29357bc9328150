#include "fold_fixture.hpp"
#include "model/stores/onboarding_token.hpp"
#include "model/stores/operator_actions.hpp"
#include "model/stores/registration_store.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <thread>

using namespace ciclo;
using namespace ciclo::model;
using namespace ciclo::testing;
using namespace std::chrono_literals;
using enum RegistrationOutcome;

namespace {

class RegistrationFixture : public FoldFixture {
public:
    // A student who waits for onboarding, and the code.
    std::string buyer(std::string_view email = rita)
    {
        fold({with_email(approved("HP-" + std::string{email}, day(1)), email)});
        return token_of(email);
    }
    std::string token_of(std::string_view email)
    {
        return text("SELECT token FROM onboarding_tokens JOIN users ON users.id = user_id WHERE email = $1"
                    " ORDER BY onboarding_tokens.created_at DESC LIMIT 1",
                    {email});
    }
    // Codes of the past are of the fixture's own time.
    void renew_tokens() { connection().script("UPDATE onboarding_tokens SET expires_at = now() + interval '1 day'"); }

    Interaction use(const std::string& account, const std::string& code)
    {
        return {std::to_string(++last_id_), "secret", "900", "302", account, code, ciclo::now()};
    }
    RegistrationOutcome register_(const std::string& account, const std::string& code)
    {
        return decide_registration(connection(), use(account, code), false, ciclo::now()).outcome;
    }
    std::int64_t links() { return number("SELECT count(*) FROM facts WHERE type = 'DISCORD_LINKED'"); }

private:
    int last_id_ = 0;
};

} // namespace

TEST_CASE_METHOD(RegistrationFixture, "a code links the account, once, and the fold makes the student active",
                 "[model][registration]")
{
    const auto code = buyer();
    renew_tokens();
    const auto interaction = use("220", " " + code.substr(0, 4) + "-" + code.substr(4) + " ");

    const auto decision = decide_registration(connection(), interaction, false, ciclo::now());

    CHECK(decision.outcome == registered);
    REQUIRE(decision.linked.has_value());
    CHECK(decision.linked->user_id == user_id());
    CHECK(text("SELECT body::jsonb ->> 'source' FROM facts WHERE type = 'DISCORD_LINKED'") == "registrar");
    CHECK(text("SELECT payload ->> 'correlation_id' FROM events WHERE type = 'discord.registration_completed'") ==
          decision.linked->correlation_id);
    CHECK(text("SELECT correlation_id FROM reconciliations WHERE target = 'lifecycle'") ==
          decision.linked->correlation_id);
    refold({user_id()});
    CHECK(text("SELECT discord_id || ' ' || lifecycle FROM users") == "220 active");

    // The same interaction, told again, gets the same answer.
    const auto again = decide_registration(connection(), interaction, false, ciclo::now());
    CHECK(again.outcome == registered);
    CHECK_FALSE(again.linked.has_value());
    CHECK(links() == 1);
}

TEST_CASE_METHOD(RegistrationFixture, "each reason against a registration has its answer", "[model][registration]")
{
    const auto code = buyer();
    renew_tokens();
    const auto others = buyer("leo@example.com");
    connection().script("UPDATE onboarding_tokens SET expires_at = now() - interval '1 second' WHERE token = '" +
                        others + "'");

    CHECK(decide_registration(connection(), use("220", code), true, ciclo::now()).outcome == wrong_channel);
    CHECK(register_("220", "ZZZZZZZZ") == invalid);
    CHECK(register_("220", "") == invalid);
    CHECK(register_("220", "'; DROP TABLE users; --") == invalid);
    CHECK(register_("220", others) == expired);
    CHECK(register_("220", code) == registered);
    CHECK(register_("220", code) == already_registered);
    CHECK(register_("220", others) == already_registered); // the account has a student, folded or not
    CHECK(register_("221", code) == already_registered);   // the code is used
    refold({user_id()});
    CHECK(register_("220", others) == already_registered);
    CHECK(links() == 1);
}

TEST_CASE_METHOD(RegistrationFixture, "a student who has an account keeps it", "[model][registration]")
{
    const auto code = buyer();
    renew_tokens();
    REQUIRE(link_discord_account(connection(), rita, "219", ciclo::now()).has_value());
    CHECK(register_("220", code) == already_registered);
    CHECK(links() == 1);
}

TEST_CASE_METHOD(RegistrationFixture, "a code is dead once the purchase is refunded", "[model][registration]")
{
    const auto code = buyer();
    renew_tokens();
    fold({refunded("HP-" + std::string{rita}, day(2))});
    CHECK(register_("220", code) == expired);
    CHECK(links() == 0);
}

TEST_CASE_METHOD(RegistrationFixture, "whoever guesses has to wait, a right code included", "[model][registration]")
{
    const auto code = buyer();
    renew_tokens();
    for (int i = 0; i < registration_attempts_allowed; ++i)
        CHECK(register_("220", "WRONG22" + std::to_string(i)) == invalid);
    CHECK(register_("220", code) == throttled);
    CHECK(links() == 0);

    SECTION("others do not wait")
    {
        CHECK(register_("221", code) == registered);
    }
    SECTION("it is over with the window, and a success forgives")
    {
        connection().script("UPDATE registration_attempts SET window_started_at = now() - interval '16 minutes'");
        CHECK(register_("220", code) == registered);
        CHECK(number("SELECT count(*) FROM registration_attempts") == 0);
    }
}

TEST_CASE_METHOD(RegistrationFixture, "many at once: one code, one account, one link", "[model][registration]")
{
    const auto code = buyer();
    const auto other_code = buyer("leo@example.com");
    renew_tokens();
    const auto race = [&](const std::vector<std::pair<std::string, std::string>>& tries) {
        std::atomic<int> won = 0;
        std::vector<std::thread> threads;
        int id = 1000 * static_cast<int>(tries.size());
        for (const auto& [account, typed] : tries)
            threads.emplace_back([&, account = account, typed = typed, id = ++id] {
                auto own = another_connection();
                const Interaction interaction{std::to_string(id), "s", "900", "302", account, typed, ciclo::now()};
                if (decide_registration(own, interaction, false, ciclo::now()).outcome == registered)
                    ++won;
            });
        for (auto& thread : threads)
            thread.join();
        return won.load();
    };

    SECTION("eight accounts with one code")
    {
        std::vector<std::pair<std::string, std::string>> tries;
        for (int i = 0; i < 8; ++i)
            tries.emplace_back(std::to_string(220 + i), code);
        CHECK(race(tries) == 1);
    }
    SECTION("one account with two codes")
    {
        CHECK(race({{"220", code}, {"220", other_code}}) == 1);
    }
    CHECK(links() == 1);
    CHECK(number("SELECT count(*) FROM events WHERE type = 'discord.registration_completed'") == 1);
}

TEST_CASE_METHOD(RegistrationFixture, "a registration and an operator cannot give one account to two students",
                 "[model][registration]")
{
    for (int round = 0; round < 10; ++round) {
        forget_students();
        const auto code = buyer();
        renew_tokens();
        std::thread other{[&] {
            auto own = another_connection();
            (void)link_discord_account(own, "ana@example.com", "220", ciclo::now());
        }};
        register_("220", code);
        other.join();
        REQUIRE(links() == 1);
    }
}

TEST_CASE_METHOD(RegistrationFixture, "what was not answered is found by the next process, and only while it can be",
                 "[model][registration]")
{
    auto fresh = use("220", "ABC");
    auto waiting = use("221", "DEF");
    waiting.received_at = ciclo::now() - 1min;
    auto dead = use("222", "GHI");
    dead.received_at = ciclo::now() - 20min;
    auto answered = use("223", "JKL");
    answered.received_at = ciclo::now() - 1min;
    for (const auto& one : {fresh, waiting, dead, answered})
        remember_interaction(connection(), one);
    mark_interaction_answered(connection(), answered.id);

    const auto found = unanswered_interactions(connection(), 10s);

    REQUIRE(found.size() == 1);
    CHECK(found.front().id == waiting.id);
    CHECK(found.front().token == "secret");
    CHECK(found.front().code == "DEF");
    CHECK(found.front().channel_id == "302");
    forget_old_interactions(connection());
    CHECK(number("SELECT count(*) FROM discord_interactions WHERE token IS NOT NULL") == 2);
}
