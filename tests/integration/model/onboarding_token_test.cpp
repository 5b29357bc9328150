#include "fold_fixture.hpp"
#include "model/stores/onboarding_token.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace ciclo;
using namespace ciclo::model;
using namespace ciclo::testing;

namespace {

void store(postgres::Connection& connection, const std::vector<NewOnboardingToken>& tokens)
{
    const auto statement = insert_onboarding_tokens(tokens);
    connection.execute(statement.sql, statement.params);
}

} // namespace

TEST_CASE("a token has eight characters that nobody mistakes for one another", "[model][tokens]")
{
    std::set<std::string> tokens;
    std::set<char> used;
    for (int i = 0; i < 2'000; ++i) {
        const auto token = new_onboarding_token("user", day(0)).token;
        REQUIRE(token.size() == 8);
        used.insert(token.begin(), token.end());
        tokens.insert(token);
    }

    CHECK(tokens.size() == 2'000);
    CHECK(std::string(used.begin(), used.end()) == "23456789ABCDEFGHJKMNPQRSTVWXYZ");
}

TEST_CASE_METHOD(FoldFixture, "the newest token that still opens the door is found", "[model][tokens]")
{
    fold({linked("1", day(0))}); // a student without onboarding
    const std::string user = user_id();
    const Time present = ciclo::now();
    CHECK_FALSE(find_onboarding_token(connection(), user).has_value());

    store(connection(), {{"EXPIRED2", user, present - onboarding_token_life},
                         {"OLDER222", user, present - std::chrono::days{6}},
                         {"NEWEST22", user, present - std::chrono::hours{1}}});
    CHECK(find_onboarding_token(connection(), user) == "NEWEST22");

    connection().script("UPDATE onboarding_tokens SET used_at = now() WHERE token = 'NEWEST22'");
    CHECK(find_onboarding_token(connection(), user) == "OLDER222");
    connection().script("UPDATE onboarding_tokens SET used_at = now() WHERE token = 'OLDER222'");
    CHECK_FALSE(find_onboarding_token(connection(), user).has_value());
}
