#include "fact_parts.hpp"
#include "hotmart_facts.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace ciclo::sync_worker {

namespace {

using model::Fact;
using model::FactType;

bool is_cancelled(const hotmart::Subscription& subscription)
{
    return subscription.status.starts_with("CANCEL") && subscription.ended_at.has_value();
}

Fact fact_about(const hotmart::Subscription& subscription, FactType type)
{
    Fact fact;
    fact.type = type;
    fact.source = "api";
    fact.email = canonical_email(subscription.email);
    fact.name = subscription.name;
    fact.subscriber_code = subscription.subscriber_code;
    fact.plan_id = subscription.plan_id;
    fact.plan_name = subscription.plan_name;
    fact.next_charge_at = subscription.next_charge_at;
    return fact;
}

void add_subscription_candidates(Fact& fact, const hotmart::Subscription& subscription)
{
    add_candidate(fact, "product.id", subscription.product_id);
    add_candidate(fact, "product.ucode", subscription.product_ucode);
    add_candidate(fact, "subscription.plan.id", subscription.plan_id);
    add_candidate(fact, "subscription.plan.name", subscription.plan_name);
}

} // namespace

std::optional<Fact> fact_of_purchase(const hotmart::SubscriptionPurchase& purchase,
                                     const hotmart::Subscription& subscription, Time now)
{
    const auto type = fact_type_of(purchase.status);
    if (!type || canonical_email(subscription.email).empty())
        return std::nullopt;
    Fact fact = fact_about(subscription, *type);
    add_subscription_candidates(fact, subscription);
    fact.transaction = purchase.transaction;
    fact.hotmart_status = purchase.status;
    keep_money(fact, purchase.price, purchase.currency, purchase.status);
    fact.payment_type = purchase.payment_type;
    fact.recurrence_number = purchase.recurrence_number;
    fact.approved_at = purchase.approved_at;
    // The next charge belongs to the latest payment only.
    if (purchase.transaction != subscription.transaction)
        fact.next_charge_at.reset();
    fact.occurred_at = happened_at(*type, purchase.approved_at, purchase.approved_at, std::nullopt, now);
    fact.id = fact_id(fmt::format("sale:{}:{}", purchase.transaction, model::to_string(*type)));
    return fact;
}

std::vector<Fact> facts_of_subscription(const hotmart::Subscription& subscription,
                                        const model::KnownSubscription* known, Time now)
{
    std::vector<Fact> facts;
    const std::string& code = subscription.subscriber_code;
    if (canonical_email(subscription.email).empty())
        return facts;
    if (is_cancelled(subscription)) {
        if (known == nullptr || known->status == "CANCELLED")
            return facts;
        Fact fact = fact_about(subscription, FactType::subscription_cancellation);
        add_subscription_candidates(fact, subscription);
        fact.occurred_at = std::min(*subscription.ended_at, now);
        fact.id = fact_id(fmt::format("cancellation:{}:{}", code, to_iso8601(fact.occurred_at)));
        facts.push_back(std::move(fact));
        return facts;
    }
    if (known == nullptr || subscription.status != "ACTIVE")
        return facts;
    if (!subscription.plan_id.empty() && !known->plan_id.empty() && subscription.plan_id != known->plan_id) {
        Fact fact = fact_about(subscription, FactType::plan_switched);
        add_candidate(fact, "subscription.product.id", subscription.product_id);
        add_candidate(fact, "plans.id", subscription.plan_id);
        add_candidate(fact, "plans.name", subscription.plan_name);
        fact.occurred_at = now;
        fact.id = fact_id(fmt::format("plan:{}:{}:{}", code, subscription.plan_id, to_iso8601(now)));
        facts.push_back(std::move(fact));
    } else if (subscription.next_charge_at && known->has_transaction &&
               subscription.next_charge_at != known->next_charge_at) {
        Fact fact = fact_about(subscription, FactType::charge_date_changed);
        add_candidate(fact, "subscription.product.id", subscription.product_id);
        fact.occurred_at = now;
        fact.id = fact_id(fmt::format("charge:{}:{}", code, to_iso8601(*subscription.next_charge_at)));
        facts.push_back(std::move(fact));
    }
    return facts;
}

model::Subscriber subscriber_of(const hotmart::Subscription& subscription)
{
    return {subscription.subscriber_code, canonical_email(subscription.email),
            subscription.product_id,      subscription.status,
            subscription.plan_id,         subscription.next_charge_at};
}

} // namespace ciclo::sync_worker
