#pragma once

#include "core/time.hpp"
#include "model/rules/projection.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace ciclo::testing {

// A delivery as Hotmart makes it.
struct Delivery {
    std::string id;
    std::string type;
    std::string payload;
};

struct RandomSchool {
    std::vector<Delivery> deliveries; // every id once, in the order of their making
    model::Policy policy;
    Time now;
};

// What may happen to one to four students of the products in FoldFixture: every type of event and one that nobody
// knows, several subscriptions and addresses each, addresses written in another case or not told at all, and now
// and then something that shows two students to be one person. The same seed, the same school.
RandomSchool random_school(std::uint32_t seed);

// The share of `deliveries` that arrives in each batch, shuffled and some of them twice. Leaving one delivery out
// leaves the order of the others as it is.
std::vector<std::vector<Delivery>> in_batches(const std::vector<Delivery>& deliveries, std::uint32_t seed);

} // namespace ciclo::testing
