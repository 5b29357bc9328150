#pragma once

#include "model/rules/projection.hpp"
#include "rules/fact_list.hpp"

#include <map>
#include <string>
#include <vector>

namespace ciclo::model {

// Everything known about one subscription while access is judged.
struct SubscriptionFold {
    SubscriptionView view;
    const TransactionView* last_paid = nullptr; // by the moment of payment; may have been refunded since
    std::vector<const TransactionView*> paid;   // all of them
    const Fact* cancellation = nullptr;         // the latest one, if it is in force
    std::optional<Time> unpaid_since;           // a renewal is delayed and nothing was paid after it
    std::optional<Time> switched_at;            // a change of plan after the last payment
    std::vector<std::string> products;          // what it gives now
};

using SubscriptionFolds = std::map<std::string, SubscriptionFold>;

SubscriptionFolds fold_subscriptions(const FactList& facts, const std::map<std::string, TransactionView>& transactions,
                                     const Catalogue& catalogue);

// Changes of plan between two different products, in order.
std::vector<PlanChange> fold_plan_changes(const FactList& facts,
                                          const std::map<std::string, TransactionView>& transactions,
                                          const Catalogue& catalogue);

} // namespace ciclo::model
