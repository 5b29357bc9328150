#include "rules/fold_transactions.hpp"

#include <algorithm>

namespace ciclo::model {

namespace {

using enum TransactionStatus;

// The event decides; the status sent with it only tells a partial refund from a full one.
TransactionStatus status_told_by(const Fact& fact) noexcept
{
    switch (fact.type) {
    case FactType::purchase_approved:
        return approved;
    case FactType::purchase_complete:
        return completed;
    case FactType::purchase_refunded:
        return status_from_hotmart(fact.hotmart_status) == partially_refunded ? partially_refunded : refunded;
    case FactType::purchase_chargeback:
        return refunded;
    case FactType::purchase_canceled:
        return cancelled;
    case FactType::purchase_protest:
        return dispute;
    case FactType::purchase_expired:
        return expired;
    case FactType::purchase_delayed:
        return overdue;
    case FactType::purchase_billet_printed:
    case FactType::cart_abandoned:
    case FactType::subscription_cancellation:
    case FactType::plan_switched:
    case FactType::charge_date_changed:
    case FactType::club_first_access:
    case FactType::club_module_completed:
    case FactType::courtesy_granted:
    case FactType::discord_linked:
    case FactType::access_imported:
    case FactType::historical_buyer:
        break;
    }
    return pending;
}

int stage(TransactionStatus status) noexcept
{
    switch (status) {
    case pending:
        return 1;
    case overdue:
        return 2;
    case expired:
        return 3;
    case cancelled:
        return 4;
    case approved:
        return 5;
    case completed:
        return 6;
    case dispute:
        return 7;
    case partially_refunded:
        return 8;
    case refunded:
        return 9;
    }
    return 0;
}

// Facts come in the order of their occurrence, so the later one is right, with two exceptions: money that
// went back never returns under the same transaction, and "not paid in time" says nothing against money
// that came.
bool replaces(TransactionStatus told, TransactionStatus present) noexcept
{
    if (present == refunded)
        return false;
    const bool unpaid = told == pending || told == overdue || told == expired;
    return !(unpaid && (is_paid(present) || present == dispute));
}

// Does the fact prove that the money had come before?
bool proves_payment(const Fact& fact) noexcept
{
    switch (status_told_by(fact)) {
    case approved:
    case completed:
    case dispute:
    case partially_refunded:
    case refunded:
        return true;
    case pending:
    case overdue:
    case expired:
    case cancelled:
        return false;
    }
    return false;
}

void keep_details(TransactionView& view, const Fact& fact)
{
    if (!fact.candidates.empty())
        view.candidates = fact.candidates;
    // The amount told by a refund is what went back, not what was charged.
    const bool is_refund = fact.type == FactType::purchase_refunded || fact.type == FactType::purchase_chargeback;
    if (!is_refund || view.price.empty()) {
        keep_latest(view.price, fact.price);
        keep_latest(view.currency, fact.currency);
    }
    keep_latest(view.full_price, fact.full_price);
    keep_latest(view.full_price_currency, fact.full_price_currency);
    keep_latest(view.payment_type, fact.payment_type);
    keep_latest(view.installments, fact.installments);
    keep_latest(view.offer_code, fact.offer_code);
    keep_latest(view.billet_url, fact.billet_url);
    keep_latest(view.pix_code, fact.pix_code);
    keep_latest(view.pix_expires_at, fact.pix_expires_at);
    keep_latest(view.src, fact.src);
    keep_latest(view.sck, fact.sck);
    keep_latest(view.commission_as, fact.commission_as);
    keep_latest(view.commission, fact.commission);
    keep_latest(view.commission_currency, fact.commission_currency);
    keep_latest(view.parent_transaction, fact.parent_transaction);
    keep_latest(view.refusal_reason, fact.refusal_reason);
    keep_latest(view.subscriber_code, fact.subscriber_code);
    keep_latest(view.recurrence_number, fact.recurrence_number);
    keep_latest(view.ordered_at, fact.ordered_at);
    keep_latest(view.approved_at, fact.approved_at);
    keep_latest(view.next_charge_at, fact.next_charge_at);
    keep_latest(view.warranty_ends_at, fact.warranty_ends_at);
}

// What the payment's facts say about its money.
struct MoneyFacts {
    std::string paid;
    std::string paid_currency;
    std::string refunded;
    std::string refunded_currency;
};

void keep_money(MoneyFacts& money, const Fact& fact)
{
    if (fact.type == FactType::purchase_approved || fact.type == FactType::purchase_complete) {
        keep_latest(money.paid, fact.price);
        keep_latest(money.paid_currency, fact.currency);
    }
    if (fact.type == FactType::purchase_refunded || fact.type == FactType::purchase_chargeback) {
        keep_latest(money.refunded, fact.price);
        keep_latest(money.refunded_currency, fact.currency);
    }
}

void settle_money(TransactionView& view, const MoneyFacts& money)
{
    view.paid_amount = std::max(Money::parse(money.paid).value_or(Money{}), Money{});
    if (!money.paid_currency.empty())
        view.currency = money.paid_currency;
    if (view.status != refunded && view.status != partially_refunded)
        return;
    // A refund takes back at most what its own payment brought; in another currency, all of it.
    const bool same_currency = money.refunded_currency.empty() || money.refunded_currency == view.currency;
    const auto told = same_currency ? Money::parse(money.refunded) : std::nullopt;
    view.refunded_amount = std::clamp(told.value_or(view.paid_amount), Money{}, view.paid_amount);
}

void apply(TransactionView& view, const Fact& fact, bool is_first)
{
    keep_details(view, fact);
    const TransactionStatus told = status_told_by(fact);
    if (is_first || (told != view.status && replaces(told, view.status))) {
        view.status = told;
        view.status_since = fact.occurred_at;
        view.hotmart_status = fact.hotmart_status;
    }
    if (is_first)
        view.first_seen_at = fact.occurred_at;
    if (proves_payment(fact))
        keep_earliest(view.paid_at, fact.approved_at.value_or(fact.occurred_at));
    if (told == refunded || told == partially_refunded)
        keep_earliest(view.refunded_at, fact.occurred_at);
}

void resolve(TransactionView& view, const Catalogue& catalogue)
{
    const Time sold_at = view.ordered_at.value_or(view.paid_at.value_or(view.first_seen_at));
    view.further_products = catalogue.further_products(view.candidates);
    if (const auto resolution = catalogue.resolve(view.candidates, sold_at)) {
        view.product_id = resolution->product->id;
        view.matched_by = resolution->matched_by;
    } else if (!view.further_products.empty()) {
        view.product_id = view.further_products.front();
        view.matched_by = "hotmart_product_mapping";
    }
}

} // namespace

int stage(const Fact& fact) noexcept
{
    return is_purchase(fact.type) ? stage(status_told_by(fact)) : 0;
}

std::map<std::string, TransactionView> fold_transactions(const FactList& facts, const Catalogue& catalogue)
{
    std::map<std::string, TransactionView> views;
    std::map<std::string, MoneyFacts> money;
    for (const Fact* fact : facts) {
        if (!is_purchase(fact->type) || fact->transaction.empty())
            continue;
        const auto [place, is_first] = views.try_emplace(fact->transaction);
        place->second.code = fact->transaction;
        apply(place->second, *fact, is_first);
        keep_money(money[fact->transaction], *fact);
    }
    for (auto& [code, view] : views) {
        settle_money(view, money[code]);
        resolve(view, catalogue);
    }
    return views;
}

std::map<std::string, Money> fold_ltv(const std::map<std::string, TransactionView>& transactions)
{
    std::map<std::string, Money> ltv;
    for (const auto& [code, transaction] : transactions) {
        if (!is_paid(transaction.status) && transaction.status != refunded)
            continue;
        const Money net = transaction.paid_amount - transaction.refunded_amount;
        if (net > Money{} && !transaction.currency.empty())
            ltv[transaction.currency] = ltv[transaction.currency] + net;
    }
    return ltv;
}

} // namespace ciclo::model
