#pragma once

#include "model/rules/catalogue.hpp"
#include "rules/fact_list.hpp"
#include "rules/fold_access.hpp"

#include <map>
#include <string>

namespace ciclo::model {

// The latest courtesy of a product is the one that holds.
using CourtesiesByProduct = std::map<std::string, const Fact*>;
CourtesiesByProduct courtesies_by_product(const FactList& facts, const Catalogue& catalogue);

Claims claims_of_courtesy(const std::string& product_id, const Fact& courtesy, Time now);

} // namespace ciclo::model
