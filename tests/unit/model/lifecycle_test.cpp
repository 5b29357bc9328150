#include "model/rules/lifecycle.hpp"

#include <catch2/catch.hpp>

using namespace ciclo::model;

namespace {

// The table of the specification as one expression, to be held against the code for every combination.
std::string_view expected_state(const LifecycleFacts& facts)
{
    if (facts.has_access && (facts.onboarding_done || !facts.onboarding_needed))
        return "active";
    if (facts.has_access)
        return "pending_onboarding";
    if (facts.payment_pending)
        return "pending_payment";
    return facts.had_access ? "churned" : "none";
}

} // namespace

TEST_CASE("the lifecycle follows from access, payment and onboarding", "[model][lifecycle]")
{
    for (unsigned bits = 0; bits < 32; ++bits) {
        const LifecycleFacts facts{(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, (bits & 8) != 0,
                                   (bits & 16) != 0};
        CAPTURE(facts.has_access, facts.had_access, facts.payment_pending, facts.onboarding_needed,
                facts.onboarding_done);
        const auto state = lifecycle_of(facts);
        CHECK((state ? to_string(*state) : "none") == expected_state(facts));
    }
}

TEST_CASE("a churned student who is linked goes straight to active", "[model][lifecycle]")
{
    LifecycleFacts facts;
    facts.had_access = true;
    facts.onboarding_needed = true;
    facts.onboarding_done = true;
    CHECK(lifecycle_of(facts) == Lifecycle::churned);

    facts.has_access = true;
    CHECK(lifecycle_of(facts) == Lifecycle::active);
}

TEST_CASE("somebody who never had access and owes nothing is in no state", "[model][lifecycle]")
{
    CHECK_FALSE(lifecycle_of(LifecycleFacts{}).has_value());
}

TEST_CASE("every state is found again by its name", "[model][lifecycle]")
{
    for (const auto state :
         {Lifecycle::pending_payment, Lifecycle::pending_onboarding, Lifecycle::active, Lifecycle::churned})
        CHECK(lifecycle_from(to_string(state)) == state);
    CHECK_FALSE(lifecycle_from("").has_value());
    CHECK_FALSE(lifecycle_from("Active").has_value());
}
