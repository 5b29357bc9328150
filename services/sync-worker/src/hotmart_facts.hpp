#pragma once

#include "hotmart/items.hpp"
#include "model/rules/fact.hpp"
#include "model/rules/hotmart_buyer.hpp"
#include "model/stores/hotmart_subscriber_store.hpp"
#include "model/stores/record_facts.hpp"

#include <optional>
#include <string>
#include <string_view>

// What Hotmart's API tells, as facts of the same fold as its webhooks: equal to what the webhook would have said where
// that can be known. Pure.
namespace ciclo::sync_worker {

// The event that leads to this status of a sale; nothing for statuses that no webhook tells of (STARTED, BLOCKED ...).
std::optional<model::FactType> fact_type_of(std::string_view sale_status) noexcept;

// Does the API know something about the payment that we do not? Payments are never turned back by it: what a webhook
// told later than the API's status stays.
bool is_news(std::string_view sale_status, const model::KnownPayment* known) noexcept;

// `subscriber`: whose subscription the sale belongs to, when it is one. Nothing when the sale says too little, or is
// one of a subscription that is not known: without its code a renewal would look like a payment for ever.
std::optional<model::Fact> fact_of_sale(const hotmart::Sale& sale, const model::Subscriber* subscriber,
                                        const model::KnownPayment* known, Time now);

// A payment found in the list of its subscription.
std::optional<model::Fact> fact_of_purchase(const hotmart::SubscriptionPurchase& purchase,
                                            const hotmart::Subscription& subscription, Time now);

// The phone of a buyer, told with a payment that is known.
model::Fact fact_of_phone(const hotmart::Contact& contact, model::FactType type, Time now);

// What the subscription shows and the webhooks did not tell.
std::vector<model::Fact> facts_of_subscription(const hotmart::Subscription& subscription,
                                               const model::KnownSubscription* known, Time now);

model::Fact fact_of_first_access(const hotmart::ClubUser& user, const std::string& hotmart_product_id);

// Lower case, trimmed; empty when it is none.
std::string canonical_email(std::string_view email);

model::Subscriber subscriber_of(const hotmart::Subscription& subscription);

std::optional<model::BuyerSale> buyer_sale_of(const hotmart::Sale& sale);

} // namespace ciclo::sync_worker
