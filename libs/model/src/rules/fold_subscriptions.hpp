#pragma once

#include "model/rules/projection.hpp"
#include "rules/fact_list.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace ciclo::model {

// From this moment on the subscription gives these products: it was paid for, or its plan was changed.
struct SubscriptionStep {
    Time at;
    const TransactionView* payment;                           // the one that it rests on
    const Fact* plan_switch = nullptr;                        // nothing: the payment itself
    std::shared_ptr<const std::vector<std::string>> products; // never nothing, but perhaps empty
};

// Everything known about one subscription while access is judged.
struct SubscriptionFold {
    SubscriptionView view;
    std::vector<SubscriptionStep> steps;        // oldest first; a change of plan before any payment gives nothing
    const TransactionView* last_paid = nullptr; // by the moment of payment; may have been refunded since
    const Fact* cancellation = nullptr;         // the latest one, if no payment came after it
    std::optional<Time> unpaid_since;           // a renewal is delayed and nothing was paid after it
};

// Whether access alone is asked for: then the terms (plan, next charge) are left out, and of several grants of one
// product those that a later one outlasts. The history of a long subscription asks so at each of its facts.
enum class Detail { all, access };

// One subscription, from its own facts (oldest first) and payments (any order). Its status is that of a
// moment at which no time has passed: `claims_of` says what time makes of it.
SubscriptionFold fold_subscription(const std::string& subscriber_code, const FactList& facts,
                                   const std::vector<const TransactionView*>& payments, const Catalogue& catalogue,
                                   Detail detail = Detail::all);

// What belongs to each subscriber code.
struct SubscriptionParts {
    FactList facts;
    std::vector<const TransactionView*> payments;
};
std::map<std::string, SubscriptionParts> subscription_parts(const FactList& facts,
                                                            const std::map<std::string, TransactionView>& transactions);

using SubscriptionFolds = std::map<std::string, SubscriptionFold>;

// Changes of plan (SWITCH_PLAN) between two different products, in the order of their occurrence.
std::vector<PlanChange> fold_plan_changes(const SubscriptionFolds& subscriptions, const Catalogue& catalogue);

} // namespace ciclo::model
