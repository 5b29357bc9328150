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

EnrollmentStatus status_after(AccessEnd end)
{
    return end == AccessEnd::expired    ? EnrollmentStatus::expired
           : end == AccessEnd::disputed ? EnrollmentStatus::blocked
                                        : EnrollmentStatus::cancelled;
}

EnrollmentView enrollment_of(const Fact& fact, const std::string& product_id, const std::optional<Ending>& ending)
{
    EnrollmentView view;
    view.product_id = product_id;
    view.started_at = fact.occurred_at;
    view.renews_at = fact.access_until;
    view.without_onboarding = fact.type == FactType::access_imported;
    if (ending) {
        view.status = status_after(ending->why);
        view.ended_at = ending->at;
        view.end = ending->why;
        view.renews_at.reset();
    }
    return view;
}

// What was paid for and what was imported, of one product.
void combine(EnrollmentView& paid, const EnrollmentView& imported)
{
    const Time started_at = std::min(paid.started_at, imported.started_at);
    const bool is_paid = paid.status == EnrollmentStatus::active;
    const bool imported_counts = imported.status == EnrollmentStatus::active ||
                                 (paid.ended_at && imported.ended_at && *imported.ended_at > *paid.ended_at);
    if (!is_paid && imported_counts) {
        const auto origin = paid.origin_transaction;
        paid = imported;
        paid.origin_transaction = origin;
    }
    paid.started_at = started_at;
}

} // namespace

void add_imports(AccessFold& access, const FactList& facts, const std::map<std::string, TransactionView>& transactions,
                 const SubscriptionFolds& subscriptions, const Catalogue& catalogue, Time now)
{
    // The latest import of a product is the one that holds.
    std::map<std::string, const Fact*> latest;
    for (const Fact* fact : facts)
        if (const auto product_id = imported_product(*fact); catalogue.find(product_id) != nullptr)
            latest[product_id] = fact;
    for (const auto& [product_id, fact] : latest) {
        auto ending = evidence(product_id, fact->occurred_at, transactions, subscriptions);
        if (fact->access_until && *fact->access_until <= now)
            keep_first(ending, *fact->access_until, AccessEnd::expired);
        else if (fact->access_until && !ending)
            keep_earliest(access.changes_at, *fact->access_until);
        const auto imported = enrollment_of(*fact, product_id, ending);
        const auto [place, is_only] = access.enrollments.try_emplace(product_id, imported);
        if (!is_only)
            combine(place->second, imported);
    }
}

} // namespace ciclo::model
