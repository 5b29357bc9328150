#include "rules/fold_imports.hpp"

#include "model/rules/imports.hpp"

#include <algorithm>

namespace ciclo::model {

namespace {

struct Ending {
    Time at;
    AccessEnd why;
};

void keep_first(std::optional<Ending>& kept, Time at, AccessEnd why)
{
    if (!kept || at < kept->at)
        kept = Ending{at, why};
}

// The first evidence against the product after `since`. An attempt to buy that came to nothing is none.
std::optional<Ending> evidence(const std::string& product_id, Time since,
                               const std::map<std::string, TransactionView>& transactions,
                               const SubscriptionFolds& subscriptions)
{
    std::optional<Ending> first;
    for (const auto& [code, transaction] : transactions) {
        if (transaction.product_id != product_id || transaction.status_since < since)
            continue;
        if (transaction.status == TransactionStatus::refunded)
            keep_first(first, transaction.status_since, AccessEnd::refunded);
        else if (transaction.status == TransactionStatus::dispute)
            keep_first(first, transaction.status_since, AccessEnd::disputed);
    }
    for (const auto& [code, subscription] : subscriptions)
        if (subscription.view.product_id == product_id && subscription.view.cancelled_at &&
            *subscription.view.cancelled_at >= since && subscription.view.status != SubscriptionStatus::active)
            keep_first(first, *subscription.view.cancelled_at, AccessEnd::cancelled);
    return first;
}

} // namespace

ImportsByProduct imports_by_product(const FactList& facts, const Catalogue& catalogue)
{
    ImportsByProduct latest;
    for (const Fact* fact : facts)
        if (const auto product_id = imported_product(*fact); catalogue.find(product_id) != nullptr)
            latest[product_id] = fact;
    return latest;
}

Claims claims_of_import(const std::string& product_id, const Fact& import,
                        const std::map<std::string, TransactionView>& transactions,
                        const SubscriptionFolds& subscriptions, Time now)
{
    Claims claims;
    auto ending = evidence(product_id, import.occurred_at, transactions, subscriptions);
    if (import.access_until && *import.access_until <= now)
        keep_first(ending, *import.access_until, AccessEnd::expired);
    else if (import.access_until && !ending)
        claims.changes_at = import.access_until;
    Grant grant;
    grant.since = import.occurred_at;
    grant.renews_at = import.access_until;
    grant.without_onboarding = import.type == FactType::access_imported;
    if (ending) {
        grant.live = false;
        grant.ended_at = std::max(ending->at, grant.since); // a file may tell of access that is over already
        grant.end = ending->why;
    }
    claims.grants[product_id].push_back(grant);
    return claims;
}

} // namespace ciclo::model
