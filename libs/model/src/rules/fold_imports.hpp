#pragma once

#include "rules/fact_list.hpp"
#include "rules/fold_access.hpp"

#include <map>
#include <string>

namespace ciclo::model {

// The latest import of a product is the one that holds.
using ImportsByProduct = std::map<std::string, const Fact*>;
ImportsByProduct imports_by_product(const FactList& facts, const Catalogue& catalogue);

// Money speaks louder: a refund, dispute or cancellation of the same product that came after the import ends it.
Claims claims_of_import(const std::string& product_id, const Fact& import,
                        const std::map<std::string, TransactionView>& transactions,
                        const SubscriptionFolds& subscriptions, Time now);

} // namespace ciclo::model
