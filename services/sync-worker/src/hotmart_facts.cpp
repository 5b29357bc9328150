#include "hotmart_facts.hpp"

#include "core/text.hpp"
#include "fact_parts.hpp"

#include <fmt/core.h>

#include <array>
#include <utility>

namespace ciclo::sync_worker {

namespace {

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

std::optional<model::BuyerSale> buyer_sale_of(const hotmart::Sale& sale)
{
    std::string email = canonical_email(sale.email);
    if (email.empty())
        return std::nullopt;
    return model::BuyerSale{std::move(email), sale.name, sale.transaction, model::status_from_hotmart(sale.status),
                            sale.ordered_at.value_or(sale.approved_at.value_or(Time{}))};
}

} // namespace ciclo::sync_worker
