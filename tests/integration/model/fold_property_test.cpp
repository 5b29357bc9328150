#include "fold_fixture.hpp"
#include "random_history.hpp"

#include <catch2/catch.hpp>

#include <random>

using namespace ciclo;
using namespace ciclo::model;
using namespace ciclo::testing;

namespace {

constexpr std::uint32_t histories = 25;

// Whoever tells no address in these histories is Rita: who owns a code that was first heard without an
// address is a question of its own.
std::vector<Fact> of_rita(std::vector<Fact> facts)
{
    for (Fact& fact : facts)
        fact.email = rita;
    return facts;
}

// The same facts, arriving in batches of one to four.
std::vector<std::vector<Fact>> in_batches(const std::vector<Fact>& facts, std::uint32_t seed)
{
    std::mt19937 random{seed};
    std::vector<std::vector<Fact>> batches(1);
    for (const Fact& fact : facts) {
        batches.back().push_back(fact);
        if (random() % 3 == 0)
            batches.emplace_back();
    }
    std::erase_if(batches, [](const auto& batch) { return batch.empty(); });
    return batches;
}

} // namespace

TEST_CASE_METHOD(FoldFixture, "what is stored does not depend on the order and the batches in which facts arrive",
                 "[model][property]")
{
    for (std::uint32_t seed = 1; seed <= histories; ++seed) {
        CAPTURE(seed);
        const RandomHistory history = random_history(seed);
        policy = history.policy;
        now = history.now;
        const auto facts = of_rita(history.facts);
        forget_students();
        fold(facts);
        const auto at_once = stored();

        forget_students();
        for (const auto& batch : in_batches(shuffled_with_duplicates(facts, seed), seed))
            fold(batch);
        REQUIRE(stored() == at_once);

        const auto versions = row_versions();
        refold({user_id()});
        REQUIRE(row_versions() == versions);
    }
}
