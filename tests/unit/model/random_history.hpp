#pragma once

#include "model/rules/fact.hpp"
#include "model/rules/projection.hpp"

#include <cstdint>
#include <vector>

namespace ciclo::testing {

struct RandomHistory {
    std::vector<model::Fact> facts; // of one student, every id once
    model::Policy policy;
    Time now;
};

// Everything that may happen to one student, much of it at the same moment: one to three products of
// `story_catalogue()` and one that is in no catalogue, several subscriptions, payments with any sequence of approvals,
// completions and refunds, cancellations, links, changed names, missing details. The same seed, the same history.
RandomHistory random_history(std::uint32_t seed);

// The same facts in another order, some of them twice.
std::vector<model::Fact> shuffled_with_duplicates(const std::vector<model::Fact>& facts, std::uint32_t seed);

} // namespace ciclo::testing
