#include "hotmart_facts.hpp"

#include "core/text.hpp"
#include "model/rules/hotmart_event.hpp"
#include "model/rules/money.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

namespace ciclo::sync_worker {

namespace {

using model::Candidate;
using model::Fact;
using model::FactType;
using model::TransactionStatus;

constexpr auto types = std::to_array<std::pair<std::string_view, FactType>>({
    {"APPROVED", FactType::purchase_approved},
    {"COMPLETE", FactType::purchase_complete},
    {"COMPLETED", FactType::purchase_complete},
    {"REFUNDED", FactType::purchase_refunded},
    {"PARTIALLY_REFUNDED", FactType::purchase_refunded},
    {"CHARGEBACK", FactType::purchase_chargeback},
    {"PROTESTED", FactType::purchase_protest},
    {"CANCELLED", FactType::purchase_canceled},
    {"EXPIRED", FactType::purchase_expired},
    {"OVERDUE", FactType::purchase_delayed},
    {"PRINTED_BILLET", FactType::purchase_billet_printed},
    {"WAITING_PAYMENT", FactType::purchase_billet_printed},
});

// The same key gives the same id, so that a fact that is found again is the same fact.
std::string fact_id(const std::string& key)
{
    return model::webhook_event_id("api:" + key, "");
}

void add_candidate(Fact& fact, std::string_view path, const std::string& value)
{
    if (!value.empty() && value != "0")
        fact.candidates.push_back(Candidate{std::string{path}, value});
}

void keep_money(Fact& fact, const std::string& price, const std::string& currency, std::string_view status)
{
    // Of a partial refund the API does not tell the amount, only what was paid.
    if (status == "PARTIALLY_REFUNDED" || !model::Money::parse(price))
        return;
    fact.price = price;
    fact.currency = currency;
}

// The API tells when a sale was ordered and approved, not when it came to its present status. What is always later
// than the payment, and never later than now, keeps the order of events right.
Time happened_at(FactType type, std::optional<Time> ordered, std::optional<Time> approved,
                 std::optional<Time> warranty_ends, Time now)
{
    const Time paid = approved.value_or(ordered.value_or(now));
    switch (type) {
    case FactType::purchase_approved:
        return std::min(paid, now);
    case FactType::purchase_complete:
    case FactType::purchase_refunded:
    case FactType::purchase_chargeback:
        return std::min(std::max(paid, warranty_ends.value_or(paid)), now);
    case FactType::purchase_protest:
        return now; // it stands just now
    default:
        return std::min(ordered.value_or(now), now);
    }
}

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

std::string canonical_email(std::string_view email)
{
    std::string canonical = lower_case(trimmed(email));
    return canonical.find('@') == std::string::npos ? std::string{} : canonical;
}

std::optional<FactType> fact_type_of(std::string_view sale_status) noexcept
{
    for (const auto& [status, type] : types)
        if (status == sale_status)
            return type;
    return std::nullopt;
}

bool is_news(std::string_view sale_status, const model::KnownPayment* known) noexcept
{
    if (!fact_type_of(sale_status))
        return false;
    const TransactionStatus told = model::status_from_hotmart(sale_status);
    if (known == nullptr || known->status.empty())
        return true;
    const std::string_view present = known->status;
    if (model::to_string(told) == present || present == "REFUNDED")
        return false;
    const bool was_unpaid =
        present == "PENDING" || present == "OVERDUE" || present == "EXPIRED" || present == "CANCELLED";
    switch (told) {
    case TransactionStatus::approved:
        return was_unpaid || present == "DISPUTE";
    case TransactionStatus::completed:
        return was_unpaid || present == "DISPUTE" || present == "APPROVED";
    case TransactionStatus::refunded:
        return true;
    case TransactionStatus::partially_refunded:
    case TransactionStatus::dispute:
        return present != "PARTIALLY_REFUNDED";
    case TransactionStatus::cancelled:
    case TransactionStatus::expired:
        return present == "PENDING" || present == "OVERDUE";
    case TransactionStatus::overdue:
        return present == "PENDING";
    case TransactionStatus::pending:
        return false;
    }
    return false;
}

std::optional<Fact> fact_of_sale(const hotmart::Sale& sale, const model::Subscriber* subscriber,
                                 const model::KnownPayment* known, Time now)
{
    const auto type = fact_type_of(sale.status);
    const std::string email = canonical_email(sale.email);
    if (!type || email.empty())
        return std::nullopt;
    const std::string known_code = known != nullptr ? known->subscriber_code : std::string{};
    if (sale.is_subscription && subscriber == nullptr && known_code.empty())
        return std::nullopt;
    Fact fact;
    fact.type = *type;
    fact.source = "api";
    fact.email = email;
    fact.name = sale.name;
    fact.transaction = sale.transaction;
    fact.hotmart_status = sale.status;
    keep_money(fact, sale.price, sale.currency, sale.status);
    fact.payment_type = sale.payment_type;
    fact.installments = sale.installments;
    fact.offer_code = sale.offer_code;
    fact.recurrence_number = sale.recurrence_number;
    fact.ordered_at = sale.ordered_at;
    fact.approved_at = sale.approved_at;
    fact.warranty_ends_at = sale.warranty_ends_at;
    fact.src = sale.src;
    fact.sck = sale.sck;
    fact.commission_as = sale.commission_as;
    add_candidate(fact, "product.id", sale.product_id);
    if (sale.is_subscription) {
        fact.subscriber_code = known_code.empty() ? subscriber->subscriber_code : known_code;
        // The plan of today: which one an older payment was for is not told.
        if (subscriber != nullptr && subscriber->subscriber_code == fact.subscriber_code) {
            fact.plan_id = subscriber->plan_id;
            add_candidate(fact, "subscription.plan.id", subscriber->plan_id);
        }
    }
    add_candidate(fact, "purchase.offer.code", sale.offer_code);
    fact.occurred_at = happened_at(*type, sale.ordered_at, sale.approved_at, sale.warranty_ends_at, now);
    std::string key = fmt::format("sale:{}:{}", sale.transaction, model::to_string(*type));
    // Money that was disputed and is there again: a thing of now, and another fact than the first approval.
    if (known != nullptr && known->status == "DISPUTE" && model::is_paid(model::status_from_hotmart(sale.status))) {
        fact.occurred_at = now;
        key += ":settled:" + to_iso8601(now);
    }
    fact.id = fact_id(key);
    return fact;
}

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

Fact fact_of_phone(const hotmart::Contact& contact, FactType type, Time now)
{
    Fact fact;
    fact.id = fact_id(fmt::format("phone:{}:{}", contact.transaction, contact.phone));
    fact.type = type;
    fact.source = "api";
    fact.occurred_at = now;
    fact.email = canonical_email(contact.email);
    fact.name = contact.name;
    fact.phone = contact.phone;
    fact.transaction = contact.transaction;
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

Fact fact_of_first_access(const hotmart::ClubUser& user, const std::string& hotmart_product_id)
{
    Fact fact;
    fact.type = FactType::club_first_access;
    fact.source = "api";
    fact.email = canonical_email(user.email);
    fact.occurred_at = user.first_access_at.value_or(Time{});
    fact.id = fact_id(fmt::format("first_access:{}:{}", hotmart_product_id, fact.email));
    add_candidate(fact, "product.id", hotmart_product_id);
    return fact;
}

model::Subscriber subscriber_of(const hotmart::Subscription& subscription)
{
    return {subscription.subscriber_code, canonical_email(subscription.email),
            subscription.product_id,      subscription.status,
            subscription.plan_id,         subscription.next_charge_at};
}

std::optional<model::BuyerSale> buyer_sale_of(const hotmart::Sale& sale)
{
    std::string email = canonical_email(sale.email);
    if (email.empty())
        return std::nullopt;
    return model::BuyerSale{std::move(email), sale.name, sale.transaction, model::status_from_hotmart(sale.status),
                            sale.ordered_at.value_or(sale.approved_at.value_or(Time{}))};
}

} // namespace ciclo::sync_worker
