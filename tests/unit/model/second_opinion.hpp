#pragma once

#include "model/rules/catalogue.hpp"
#include "random_history.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>

// What the specification says, written once more: simply, slowly, and without the rules' own pieces.
namespace ciclo::testing {

// Millionths of the currency. Approved and completed payments; a refund takes back at most what its own
// payment brought, all of it when it tells no amount.
std::map<std::string, std::int64_t> second_opinion_of_ltv(const RandomHistory& history);

// Products that the student may enter at `now`. For plausible histories: one payment, one product.
std::set<std::string> second_opinion_of_access(const RandomHistory& history, const model::Catalogue& catalogue,
                                               Time now);

} // namespace ciclo::testing
