#include "rules/fold_subscriptions.hpp"

#include <algorithm>
#include <tuple>

namespace ciclo::model {

namespace {

using Transactions = std::map<std::string, TransactionView>;

bool paid_earlier(const TransactionView* a, const TransactionView* b)
{
    return std::tie(*a->paid_at, a->code) < std::tie(*b->paid_at, b->code);
}

std::vector<std::string> products_of(const TransactionView& transaction)
{
    std::vector<std::string> products;
    if (!transaction.product_id.empty())
        products.push_back(transaction.product_id);
    for (const auto& further : transaction.further_products)
        if (std::find(products.begin(), products.end(), further) == products.end())
            products.push_back(further);
    return products;
}

// Facts of one subscription, in order.
struct SubscriptionFacts {
    const Fact* cancellation = nullptr;
    const Fact* plan_switch = nullptr;
    std::vector<const Fact*> delays;
};

void settle_products(SubscriptionFold& fold, const SubscriptionFacts& facts, const Catalogue& catalogue)
{
    if (fold.last_paid != nullptr)
        fold.products = products_of(*fold.last_paid);
    const Fact* change = facts.plan_switch;
    const bool is_news =
        change != nullptr && (fold.last_paid == nullptr || *fold.last_paid->paid_at <= change->occurred_at);
    // A plan that no product knows changes nothing: what was paid for stays.
    if (const auto target = is_news ? catalogue.resolve(change->candidates, change->occurred_at) : std::nullopt) {
        fold.products = {target->product->id};
        fold.switched_at = change->occurred_at;
    }
    if (!fold.products.empty())
        fold.view.product_id = fold.products.front();
    else if (facts.cancellation != nullptr)
        if (const auto named = catalogue.resolve(facts.cancellation->candidates, facts.cancellation->occurred_at))
            fold.view.product_id = named->product->id;
}

SubscriptionStatus status_of(const SubscriptionFold& fold)
{
    if (fold.cancellation != nullptr)
        return SubscriptionStatus::cancelled;
    if (fold.last_paid == nullptr)
        return SubscriptionStatus::pending_payment;
    if (fold.last_paid->status == TransactionStatus::dispute)
        return SubscriptionStatus::suspended;
    if (!is_paid(fold.last_paid->status))
        return SubscriptionStatus::cancelled;
    return fold.unpaid_since ? SubscriptionStatus::pending_payment : SubscriptionStatus::active;
}

void settle(SubscriptionFold& fold, const SubscriptionFacts& facts, const Catalogue& catalogue)
{
    std::sort(fold.paid.begin(), fold.paid.end(), paid_earlier);
    fold.last_paid = fold.paid.empty() ? nullptr : fold.paid.back();
    // A payment made after the cancellation is a reactivation.
    if (facts.cancellation != nullptr &&
        (fold.last_paid == nullptr || *fold.last_paid->paid_at <= facts.cancellation->occurred_at)) {
        fold.cancellation = facts.cancellation;
        fold.view.cancelled_at = facts.cancellation->occurred_at;
    }
    // One episode has several delays; it begins with the first after the last payment.
    for (const Fact* delay : facts.delays)
        if (!fold.unpaid_since && (fold.last_paid == nullptr || *fold.last_paid->paid_at < delay->occurred_at))
            fold.unpaid_since = delay->occurred_at;
    settle_products(fold, facts, catalogue);
    fold.view.status = status_of(fold);
}

} // namespace

SubscriptionFolds fold_subscriptions(const FactList& facts, const Transactions& transactions,
                                     const Catalogue& catalogue)
{
    SubscriptionFolds folds;
    std::map<std::string, SubscriptionFacts> facts_of;
    for (const Fact* fact : facts) {
        if (fact->subscriber_code.empty())
            continue;
        SubscriptionFold& fold = folds[fact->subscriber_code];
        SubscriptionFacts& own = facts_of[fact->subscriber_code];
        fold.view.subscriber_code = fact->subscriber_code;
        fold.view.purchase_seen = fold.view.purchase_seen || is_purchase(fact->type);
        keep_latest(fold.view.plan_id, fact->plan_id);
        keep_latest(fold.view.plan_name, fact->plan_name);
        keep_latest(fold.view.next_charge_at, fact->next_charge_at);
        if (fact->type == FactType::subscription_cancellation)
            own.cancellation = fact;
        if (fact->type == FactType::plan_switched)
            own.plan_switch = fact;
        if (fact->type == FactType::purchase_delayed)
            own.delays.push_back(fact);
    }
    for (const auto& [code, transaction] : transactions)
        if (!transaction.subscriber_code.empty() && transaction.paid_at)
            folds[transaction.subscriber_code].paid.push_back(&transaction);
    for (auto& [code, fold] : folds)
        settle(fold, facts_of[code], catalogue);
    return folds;
}

std::vector<PlanChange> fold_plan_changes(const FactList& facts, const Transactions& transactions,
                                          const Catalogue& catalogue)
{
    std::vector<PlanChange> changes;
    std::map<std::string, std::string> switched_to; // by subscriber code
    for (const Fact* fact : facts) {
        if (fact->type != FactType::plan_switched)
            continue;
        const auto target = catalogue.resolve(fact->candidates, fact->occurred_at);
        if (!target)
            continue;
        const TransactionView* paid_before = nullptr;
        for (const auto& [code, transaction] : transactions)
            if (transaction.subscriber_code == fact->subscriber_code && transaction.paid_at &&
                *transaction.paid_at <= fact->occurred_at &&
                (paid_before == nullptr || paid_earlier(paid_before, &transaction)))
                paid_before = &transaction;
        std::string& present = switched_to[fact->subscriber_code];
        if (present.empty() && paid_before != nullptr)
            present = paid_before->product_id;
        const Product* from = catalogue.find(present);
        const Product* to = target->product;
        if (from != nullptr && from->id != to->id)
            changes.push_back(PlanChange{fact->id, fact->occurred_at, from->id, to->id,
                                         to->priority > from->priority   ? PlanDirection::upgrade
                                         : to->priority < from->priority ? PlanDirection::downgrade
                                                                         : PlanDirection::lateral});
        present = to->id;
    }
    return changes;
}

} // namespace ciclo::model
