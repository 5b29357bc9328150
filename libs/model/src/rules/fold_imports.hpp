#pragma once

#include "rules/fact_list.hpp"
#include "rules/fold_access.hpp"

namespace ciclo::model {

// Adds the access that was imported to the access that was paid for. Money speaks louder: a refund, dispute or
// cancellation of the same product that came after the import ends it.
void add_imports(AccessFold& access, const FactList& facts, const std::map<std::string, TransactionView>& transactions,
                 const SubscriptionFolds& subscriptions, const Catalogue& catalogue, Time now);

} // namespace ciclo::model
