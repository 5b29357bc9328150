#pragma once

#include "model/rules/projection.hpp"
#include "rules/fold_subscriptions.hpp"

#include <map>
#include <string>
#include <vector>

namespace ciclo::model {

// One claim to access to one product: of a payment, an import or a courtesy.
struct Grant {
    const TransactionView* transaction = nullptr; // nothing: nobody paid for it
    Time since;
    bool live = true;
    bool delinquent = false;
    Time ended_at; // only when not live
    AccessEnd end = AccessEnd::none;
    std::optional<Time> renews_at;
    bool without_onboarding = false;
};

// What one payment, or one subscription with all its payments, claims at a moment.
struct Claims {
    std::map<std::string, std::vector<Grant>> grants;       // by product
    std::optional<Time> changes_at;                         // the next moment at which time alone changes one
    SubscriptionStatus status = SubscriptionStatus::active; // of a subscription, with what time made of it
};

// `payment` must have been paid, if only once.
Claims claims_of(const TransactionView& payment, const Catalogue& catalogue, Time now);
Claims claims_of(const SubscriptionFold& subscription, const Policy& policy, Time now, Detail detail = Detail::all);

// All claims of one student to one product; at least one. Any order.
EnrollmentView combine(const std::string& product_id, std::vector<Grant> grants);

} // namespace ciclo::model
