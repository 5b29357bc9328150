#pragma once

#include "model/rules/projection.hpp"
#include "rules/fold_subscriptions.hpp"

#include <map>
#include <string>

namespace ciclo::model {

struct AccessFold {
    std::map<std::string, EnrollmentView> enrollments; // by product
    std::optional<Time> changes_at;                    // the next boundary after `now`
};

// Who paid for what, and does it still hold at `now`?
AccessFold fold_access(const std::map<std::string, TransactionView>& transactions,
                       const SubscriptionFolds& subscriptions, const Catalogue& catalogue, const Policy& policy,
                       Time now);

} // namespace ciclo::model
