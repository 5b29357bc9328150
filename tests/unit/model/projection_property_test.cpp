#include "random_history.hpp"
#include "story.hpp"
#include "view_text.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

using namespace ciclo;
using namespace ciclo::model;
using namespace ciclo::testing;

namespace {

constexpr std::uint32_t histories = 500;
constexpr std::uint32_t arrivals_of_each = 12;

StudentView view_of(const RandomHistory& history, const std::vector<Fact>& arrived)
{
    return project(arrived, story_catalogue(), history.policy, history.now);
}

bool gives_access(const StudentView& student, const std::string& product)
{
    return std::any_of(student.transactions.begin(), student.transactions.end(), [&](const auto& entry) {
        return entry.second.product_id == product && is_paid(entry.second.status);
    });
}

} // namespace

TEST_CASE("what a student ends up with does not depend on the order of arrival or on repetition", "[model][property]")
{
    for (std::uint32_t seed = 1; seed <= histories; ++seed) {
        CAPTURE(seed);
        const RandomHistory history = random_history(seed);
        const std::string expected = view_text(view_of(history, history.facts));

        auto reversed = history.facts;
        std::reverse(reversed.begin(), reversed.end());
        REQUIRE(view_text(view_of(history, reversed)) == expected);
        for (std::uint32_t arrival = 1; arrival <= arrivals_of_each; ++arrival) {
            CAPTURE(arrival);
            const auto arrived = shuffled_with_duplicates(history.facts, seed * 1'000 + arrival);
            REQUIRE(view_text(view_of(history, arrived)) == expected);
        }
    }
}

TEST_CASE("whatever happened, access rests on money that stayed, and the lifecycle on access", "[model][property]")
{
    for (std::uint32_t seed = 1; seed <= histories; ++seed) {
        CAPTURE(seed);
        const RandomHistory history = random_history(seed);
        const StudentView student = view_of(history, history.facts);
        INFO(view_text(student));
        bool has_access = false;
        for (const auto& [product, enrollment] : student.enrollments) {
            const bool active = enrollment.status == EnrollmentStatus::active;
            has_access = has_access || active;
            REQUIRE(enrollment.product_id == product);
            REQUIRE(enrollment.ended_at.has_value() == !active);
            REQUIRE(student.transactions.at(enrollment.origin_transaction).product_id == product);
            if (active)
                REQUIRE(gives_access(student, product));
        }
        const bool onboarded = !student.discord_id.empty() || !history.policy.discord_enabled ||
                               wanted_discord_roles(student, story_catalogue()).empty();
        if (has_access)
            REQUIRE(student.lifecycle == (onboarded ? Lifecycle::active : Lifecycle::pending_onboarding));
        else
            REQUIRE(student.lifecycle ==
                    (student.enrollments.empty() ? std::nullopt : std::optional{Lifecycle::churned}));
    }
}

TEST_CASE("random histories reach every state that the fold knows", "[model][property]")
{
    // Guards the generator: a property that holds for empty histories says nothing.
    std::set<std::string> reached;
    for (std::uint32_t seed = 1; seed <= histories; ++seed) {
        const RandomHistory history = random_history(seed);
        const StudentView student = view_of(history, history.facts);
        reached.insert(student.lifecycle ? std::string{to_string(*student.lifecycle)} : "no state");
        for (const auto& [code, transaction] : student.transactions)
            reached.insert(std::string{to_string(transaction.status)});
        for (const auto& [code, subscription] : student.subscriptions)
            reached.insert("subscription " + std::string{to_string(subscription.status)});
        if (student.enrollments.size() > 1)
            reached.insert("several products");
    }

    for (const auto* state :
         {"no state", "pending_onboarding", "active", "churned", "APPROVED", "COMPLETED", "REFUNDED",
          "PARTIALLY_REFUNDED", "subscription ACTIVE", "subscription CANCELLED", "several products"}) {
        CAPTURE(state);
        CHECK(reached.contains(state));
    }
}
