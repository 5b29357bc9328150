#include "rules/fold_transactions.hpp"

#include "rules/fact_list.hpp"

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
// went back never returns under the same transaction (see also MoneyFacts::part_went_back), and "not paid in
// time" says nothing against money that came.
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

bool is_refund(const Fact& fact) noexcept
{
    return fact.type == FactType::purchase_refunded || fact.type == FactType::purchase_chargeback;
}

// An amount and its currency are told together; a currency without amount only fills a gap.
void keep_amount(std::string& amount, std::string& currency, const std::string& told, const std::string& told_currency)
{
    keep_latest(amount, told);
    if (!told.empty() || currency.empty())
        keep_latest(currency, told_currency);
}

void keep_details(TransactionView& view, const Fact& fact)
{
    merge_candidates(view.candidates, fact.candidates);
    // The amount told by a refund is what went back, not what was charged.
    if (!is_refund(fact) || view.price.empty())
        keep_amount(view.price, view.currency, fact.price, fact.currency);
    keep_amount(view.full_price, view.full_price_currency, fact.full_price, fact.full_price_currency);
    keep_latest(view.payment_type, fact.payment_type);
    keep_latest(view.installments, fact.installments);
    keep_latest(view.offer_code, fact.offer_code);
    keep_latest(view.billet_url, fact.billet_url);
    keep_latest(view.pix_code, fact.pix_code);
    keep_latest(view.pix_expires_at, fact.pix_expires_at);
    keep_latest(view.src, fact.src);
    keep_latest(view.sck, fact.sck);
    keep_latest(view.commission_as, fact.commission_as);
    keep_amount(view.commission, view.commission_currency, fact.commission, fact.commission_currency);
    keep_latest(view.parent_transaction, fact.parent_transaction);
    keep_latest(view.refusal_reason, fact.refusal_reason);
    keep_latest(view.subscriber_code, fact.subscriber_code);
    keep_latest(view.recurrence_number, fact.recurrence_number);
    keep_latest(view.ordered_at, fact.ordered_at);
    keep_latest(view.approved_at, fact.approved_at);
    keep_latest(view.next_charge_at, fact.next_charge_at);
    keep_latest(view.warranty_ends_at, fact.warranty_ends_at);
}

void keep_money(MoneyFacts& money, const Fact& fact)
{
    if (fact.type == FactType::purchase_approved || fact.type == FactType::purchase_complete)
        keep_amount(money.paid, money.paid_currency, fact.price, fact.currency);
    if (!is_refund(fact))
        return;
    const bool in_part = status_told_by(fact) == partially_refunded;
    (in_part ? money.part_went_back : money.went_back) = true;
    keep_amount(in_part ? money.refunded_in_part : money.refunded, money.refunded_currency, fact.price, fact.currency);
}

// How much of what was paid went back: at most all of it, and all when that was not told.
Money money_back(const TransactionView& view, const MoneyFacts& money)
{
    const bool same_currency = money.refunded_currency.empty() || money.refunded_currency == view.currency;
    const auto limited = [&](const std::string& told) {
        const auto amount = same_currency ? Money::parse(told) : std::nullopt;
        return std::clamp(amount.value_or(view.paid_amount), Money{}, view.paid_amount);
    };
    Money back;
    if (money.part_went_back)
        back = limited(money.refunded_in_part);
    if (money.went_back)
        back = back + limited(money.refunded);
    return std::min(back, view.paid_amount);
}

void settle_money(TransactionView& view, const MoneyFacts& money)
{
    if (!money.paid_currency.empty())
        view.currency = money.paid_currency;
    view.paid_amount = std::max(Money::parse(money.paid).value_or(Money{}), Money{});
    if (is_send_test(view.candidates))
        view.paid_amount = Money{}; // nobody paid for what Hotmart's "send test" makes up
    view.refunded_amount = money_back(view, money);
}

void apply(TransactionView& view, const MoneyFacts& money, const Fact& fact, bool is_first)
{
    keep_details(view, fact);
    TransactionStatus told = status_told_by(fact);
    // The end of the warranty, or of a dispute, does not bring back the part that was refunded.
    if (money.part_went_back && is_paid(told))
        told = partially_refunded;
    if (is_first || (told != view.status && replaces(told, view.status))) {
        view.status = told;
        view.status_since = fact.occurred_at;
        view.hotmart_status = fact.hotmart_status;
    }
    if (is_first)
        view.first_seen_at = fact.occurred_at;
    if (proves_payment(fact))
        keep_earliest(view.paid_at, fact.approved_at.value_or(fact.occurred_at));
    if (told == refunded || (told == partially_refunded && is_refund(fact)))
        keep_earliest(view.refunded_at, fact.occurred_at);
}

} // namespace

int stage(const Fact& fact) noexcept
{
    return is_purchase(fact.type) ? stage(status_told_by(fact)) : 0;
}

std::vector<std::string> Served::products() const
{
    std::vector<std::string> all;
    if (!product_id.empty())
        all.push_back(product_id);
    for (const auto& further : further_products)
        if (std::find(all.begin(), all.end(), further) == all.end())
            all.push_back(further);
    return all;
}

Served serve(const std::vector<Candidate>& candidates, const Catalogue& catalogue, Time sold_at)
{
    Served served;
    served.further_products = catalogue.further_products(candidates, sold_at);
    if (const auto resolution = catalogue.resolve(candidates, sold_at)) {
        served.product_id = resolution->product->id;
        served.matched_by = resolution->matched_by;
    } else if (!served.further_products.empty()) {
        served.product_id = served.further_products.front();
        served.matched_by = "hotmart_product_mapping";
    }
    return served;
}

const TransactionView* TransactionFold::add(const Fact& fact)
{
    if (!is_purchase(fact.type) || fact.transaction.empty())
        return nullptr;
    const auto [place, is_first] = views_.try_emplace(fact.transaction);
    TransactionView& view = place->second;
    MoneyFacts& money = money_[fact.transaction];
    view.code = fact.transaction;
    keep_money(money, fact);
    apply(view, money, fact, is_first);
    settle_money(view, money);
    Served served =
        serve(view.candidates, catalogue_, view.ordered_at.value_or(view.paid_at.value_or(view.first_seen_at)));
    view.product_id = std::move(served.product_id);
    view.matched_by = std::move(served.matched_by);
    view.further_products = std::move(served.further_products);
    return &view;
}

std::map<std::string, Money> fold_ltv(const std::map<std::string, TransactionView>& transactions)
{
    // Beyond any real sum: made-up amounts stop here, before the addition overflows.
    constexpr int largest_amounts = 8;
    static const Money largest = Money::parse("1000000000000").value_or(Money{});
    Money most;
    for (int i = 0; i < largest_amounts; ++i)
        most = most + largest;
    std::map<std::string, Money> ltv;
    for (const auto& [code, transaction] : transactions) {
        if (!is_paid(transaction.status) && transaction.status != refunded)
            continue;
        const Money net = transaction.paid_amount - transaction.refunded_amount;
        if (net > Money{} && !transaction.currency.empty())
            ltv[transaction.currency] = std::min(ltv[transaction.currency] + net, most);
    }
    return ltv;
}

} // namespace ciclo::model
