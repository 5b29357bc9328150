#include "rules/fold_access.hpp"

#include <algorithm>
#include <set>
#include <tuple>
#include <vector>

namespace ciclo::model {

namespace {

// One payment's claim to access to one product.
struct Grant {
    const TransactionView* transaction = nullptr;
    Time since;
    bool live = true;
    bool delinquent = false;
    Time ended_at; // only when not live
    AccessEnd end = AccessEnd::none;
};

// Collects grants by product, and the moments at which time alone will end one.
class Judge {
public:
    Judge(const Catalogue& catalogue, const Policy& policy, Time now)
        : catalogue_(catalogue), policy_(policy), now_(now)
    {
    }

    void single_payment(const TransactionView& transaction);
    void subscription(const SubscriptionFold& fold);
    AccessFold finish();

private:
    Grant grant(const TransactionView& transaction, Time since) const
    {
        return Grant{&transaction, since, true, false, {}, AccessEnd::none};
    }
    static void end(Grant& grant, Time at, AccessEnd why)
    {
        grant.live = false;
        grant.ended_at = at;
        grant.end = why;
    }
    // Ends the grant at `at`, or remembers that moment when it is still to come.
    void end_by_time(Grant& grant, Time at, AccessEnd why)
    {
        if (at <= now_)
            end(grant, at, why);
        else
            boundary(at);
    }
    void boundary(Time at)
    {
        if (at > now_ && (!changes_at_ || at < *changes_at_))
            changes_at_ = at;
    }
    // The money went back or is disputed: true when that ended the grant.
    static bool ended_by_money(Grant& grant)
    {
        const TransactionView& transaction = *grant.transaction;
        if (is_paid(transaction.status))
            return false;
        const AccessEnd why = transaction.status == TransactionStatus::refunded  ? AccessEnd::refunded
                              : transaction.status == TransactionStatus::dispute ? AccessEnd::disputed
                                                                                 : AccessEnd::cancelled;
        end(grant, transaction.status_since, why);
        return true;
    }
    void judge_last(Grant& grant, const SubscriptionFold& fold);
    void judge_earlier(Grant& grant, const SubscriptionFold& fold, const std::string& product);

    const Catalogue& catalogue_;
    const Policy& policy_;
    Time now_;
    std::map<std::string, std::vector<Grant>> grants_;
    std::optional<Time> changes_at_;
};

std::set<std::string> products_of(const TransactionView& transaction)
{
    std::set<std::string> products{transaction.further_products.begin(), transaction.further_products.end()};
    if (!transaction.product_id.empty())
        products.insert(transaction.product_id);
    return products;
}

void Judge::single_payment(const TransactionView& transaction)
{
    for (const auto& product_id : products_of(transaction)) {
        Grant one = grant(transaction, *transaction.paid_at);
        const Product* product = catalogue_.find(product_id);
        if (!ended_by_money(one) && product != nullptr && product->access_days)
            end_by_time(one, one.since + std::chrono::days{*product->access_days}, AccessEnd::expired);
        grants_[product_id].push_back(one);
    }
}

// The last payment carries the subscription until something ends it.
void Judge::judge_last(Grant& grant, const SubscriptionFold& fold)
{
    if (ended_by_money(grant))
        return;
    if (fold.cancellation != nullptr) {
        const auto paid_until =
            fold.cancellation->next_charge_at ? fold.cancellation->next_charge_at : grant.transaction->next_charge_at;
        if (policy_.cancellation == CancellationPolicy::immediate || !paid_until ||
            *paid_until <= fold.cancellation->occurred_at)
            end(grant, fold.cancellation->occurred_at, AccessEnd::cancelled);
        else
            end_by_time(grant, *paid_until, AccessEnd::expired);
        return;
    }
    if (fold.unpaid_since) {
        grant.delinquent = true;
        end_by_time(grant, *fold.unpaid_since + policy_.payment_grace, AccessEnd::unpaid);
    }
}

// An earlier payment counts only when the last one was taken back, and only while its own period runs.
void Judge::judge_earlier(Grant& grant, const SubscriptionFold& fold, const std::string& product)
{
    if (ended_by_money(grant))
        return;
    const bool still_given = std::find(fold.products.begin(), fold.products.end(), product) != fold.products.end();
    if (!still_given) {
        const bool by_switch = fold.switched_at && grant.since <= *fold.switched_at;
        end(grant, by_switch ? *fold.switched_at : *fold.last_paid->paid_at, AccessEnd::switched);
        return;
    }
    if (fold.cancellation != nullptr || fold.last_paid->status == TransactionStatus::dispute ||
        !grant.transaction->next_charge_at)
        end(grant, std::max(grant.since, fold.last_paid->status_since), AccessEnd::switched);
    else
        end_by_time(grant, *grant.transaction->next_charge_at, AccessEnd::expired);
}

void Judge::subscription(const SubscriptionFold& fold)
{
    if (fold.last_paid == nullptr)
        return;
    for (const auto& product : fold.products) {
        Grant last = grant(*fold.last_paid, fold.switched_at.value_or(*fold.last_paid->paid_at));
        judge_last(last, fold);
        grants_[product].push_back(last);
    }
    for (const TransactionView* transaction : fold.paid) {
        for (const auto& product : products_of(*transaction)) {
            const bool is_carried =
                transaction == fold.last_paid &&
                std::find(fold.products.begin(), fold.products.end(), product) != fold.products.end();
            if (is_carried && !fold.switched_at)
                continue; // judged as the last payment
            Grant earlier = grant(*transaction, *transaction->paid_at);
            judge_earlier(earlier, fold, product);
            grants_[product].push_back(earlier);
        }
    }
}

EnrollmentStatus status_after(AccessEnd end)
{
    switch (end) {
    case AccessEnd::none:
        return EnrollmentStatus::active;
    case AccessEnd::cancelled:
    case AccessEnd::switched:
    case AccessEnd::refunded:
        return EnrollmentStatus::cancelled;
    case AccessEnd::disputed:
    case AccessEnd::unpaid:
        return EnrollmentStatus::blocked;
    case AccessEnd::expired:
        return EnrollmentStatus::expired;
    }
    return EnrollmentStatus::cancelled;
}

EnrollmentView combine(const std::string& product_id, std::vector<Grant>& grants)
{
    // The oldest payment first: it is where the enrollment began.
    std::sort(grants.begin(), grants.end(), [](const Grant& a, const Grant& b) {
        return std::tie(a.since, a.transaction->code, a.live, a.ended_at) <
               std::tie(b.since, b.transaction->code, b.live, b.ended_at);
    });
    EnrollmentView view;
    view.product_id = product_id;
    view.started_at = grants.front().since;
    view.origin_transaction = grants.front().transaction->code;
    const Grant* first_live = nullptr;
    const Grant* last_ended = nullptr;
    bool all_delinquent = true;
    for (const Grant& grant : grants) {
        if (grant.live) {
            first_live = first_live == nullptr ? &grant : first_live;
            all_delinquent = all_delinquent && grant.delinquent;
            keep_latest(view.renews_at, grant.transaction->next_charge_at);
        } else if (last_ended == nullptr ||
                   std::tie(last_ended->ended_at, last_ended->end) <= std::tie(grant.ended_at, grant.end)) {
            last_ended = &grant;
        }
    }
    if (first_live != nullptr) {
        view.origin_transaction = first_live->transaction->code;
        view.delinquent = all_delinquent;
        return view;
    }
    view.end = last_ended->end;
    view.delinquent = last_ended->delinquent;
    view.status = status_after(last_ended->end);
    view.ended_at = last_ended->ended_at;
    return view;
}

AccessFold Judge::finish()
{
    AccessFold fold;
    for (auto& [product_id, grants] : grants_)
        fold.enrollments.emplace(product_id, combine(product_id, grants));
    fold.changes_at = changes_at_;
    return fold;
}

} // namespace

AccessFold fold_access(const std::map<std::string, TransactionView>& transactions,
                       const SubscriptionFolds& subscriptions, const Catalogue& catalogue, const Policy& policy,
                       Time now)
{
    Judge judge{catalogue, policy, now};
    for (const auto& [code, transaction] : transactions)
        if (transaction.paid_at && transaction.subscriber_code.empty())
            judge.single_payment(transaction);
    for (const auto& [code, subscription] : subscriptions)
        judge.subscription(subscription);
    return judge.finish();
}

} // namespace ciclo::model
