#pragma once

#include "model/rules/catalogue.hpp"
#include "rules/fact_list.hpp"
#include "rules/fold_access.hpp"

namespace ciclo::model {

// Adds what was given as a courtesy to what was paid for. A payment that holds counts more.
void add_courtesies(AccessFold& access, const FactList& facts, const Catalogue& catalogue, Time now);

} // namespace ciclo::model
