#include "flow_rules.hpp"

#include <catch2/catch.hpp>

using namespace ciclo;
using namespace ciclo::manychat_worker;
using namespace std::chrono_literals;
using model::StudentFlow;

namespace {

const Time today = Time{} + 24h * 20'000;

model::ManychatWish student(std::string lifecycle, std::string token = "")
{
    model::ManychatWish wish;
    wish.profile.lifecycle = std::move(lifecycle);
    wish.profile.onboarding_token = std::move(token);
    wish.product_ids = {"club"};
    return wish;
}

StudentFlow waiting(std::string purpose, std::string product = "", std::string flow = "")
{
    static int made = 0;
    return {std::to_string(++made), std::move(purpose), std::move(product), std::move(flow), true, std::nullopt};
}

StudentFlow sent(std::string purpose, Time at)
{
    auto flow = waiting(std::move(purpose));
    flow.is_open = false;
    flow.sent_at = at;
    return flow;
}

// Purposes of those that would be sent now.
std::string useful(const std::vector<StudentFlow>& flows, const model::ManychatWish& wish)
{
    std::string purposes;
    for (const auto& flow : flows)
        if (flow.is_open && why_obsolete(flow.id, flows, wish, today).empty())
            purposes += (purposes.empty() ? "" : " ") + flow.purpose;
    return purposes;
}

} // namespace

TEST_CASE("a flow speaks of the state in which the student is", "[manychat][flows]")
{
    for (const auto& [purpose, state] : {std::pair{"onboarding", "pending_onboarding"},
                                         {"follow_up", "pending_onboarding"},
                                         {"welcome", "active"},
                                         {"welcome_back", "active"},
                                         {"churn", "churned"}})
        for (const auto* lifecycle : {"pending_payment", "pending_onboarding", "active", "churned"})
            CHECK(useful({waiting(purpose)}, student(lifecycle, "ABCD2345")).empty() ==
                  (std::string{state} != lifecycle));
    CHECK(useful({waiting("onboarding")}, student("pending_onboarding")).empty());
}

TEST_CASE("of a story that nobody was told only the end is told", "[manychat][flows]")
{
    CHECK(useful({waiting("welcome"), waiting("churn"), waiting("welcome_back")}, student("active")) == "welcome_back");
    CHECK(useful({waiting("onboarding"), waiting("churn"), waiting("onboarding")},
                 student("pending_onboarding", "ABCD2345")) == "onboarding");
    // What was told already does not stand in the way of what comes after it.
    CHECK(useful({sent("welcome", today - 24h), sent("churn", today - 2h), waiting("welcome_back")},
                 student("active")) == "welcome_back");
}

TEST_CASE("a reminder does not come together with what it reminds of", "[manychat][flows]")
{
    const auto wish = student("pending_onboarding", "ABCD2345");
    CHECK(useful({sent("onboarding", today - 25h), waiting("follow_up")}, wish) == "follow_up");
    CHECK(useful({waiting("follow_up")}, wish) == "follow_up");
    CHECK(useful({waiting("onboarding"), waiting("follow_up")}, wish) == "onboarding");
    CHECK(useful({sent("onboarding", today - 1h), waiting("follow_up")}, wish).empty());
}

TEST_CASE("the flow of an access rule is for whoever has that access, and comes once", "[manychat][flows]")
{
    const auto wish = student("active");
    CHECK(useful({waiting("access", "club", "a"), waiting("access", "club", "b")}, wish) == "access access");
    CHECK(useful({waiting("access", "club", "a"), waiting("access", "club", "a")}, wish) == "access");
    CHECK(useful({waiting("access", "chess", "a")}, wish).empty());
    CHECK(useful({waiting("access")}, wish) == "access"); // queued before products were noted
    CHECK(useful({waiting("access", "club", "a"), waiting("welcome")}, wish) == "access welcome");
}

TEST_CASE("a flow that went to another record meanwhile is nobody's", "[manychat][flows]")
{
    CHECK_FALSE(why_obsolete("999", {}, student("active"), today).empty());
}
