#include "rules/fold_subscriptions.hpp"

#include "rules/fold_transactions.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace ciclo::model {

namespace {

using Payments = std::vector<const TransactionView*>;

bool paid_earlier(const TransactionView* a, const TransactionView* b)
{
    return std::tie(*a->paid_at, a->code) < std::tie(*b->paid_at, b->code);
}

// The value told by the latest statement, whatever the order in which statements are heard.
template <class Value>
class Latest {
public:
    void tell(const Value& value, Time at)
    {
        if (value == Value{} || (at_ && at < *at_))
            return;
        value_ = value;
        at_ = at;
    }
    const Value& value_or(const Latest& other) const { return at_ ? value_ : other.value_; }

private:
    Value value_{};
    std::optional<Time> at_;
};

// Plan and next charge. What a payment's later events repeat (its completion, its refund) was true when it
// was paid; what an attempt says that never brought money counts only when nothing else is known.
class Terms {
public:
    explicit Terms(const Payments& paid)
    {
        for (const TransactionView* payment : paid)
            paid_at_.emplace(payment->code, *payment->paid_at);
    }

    void hear(const Fact& fact)
    {
        const auto paid = is_purchase(fact.type) ? paid_at_.find(fact.transaction) : paid_at_.end();
        if (paid != paid_at_.end())
            tell(firm_, fact, paid->second);
        else if (is_purchase(fact.type) && fact.type != FactType::purchase_delayed)
            tell(weak_, fact, fact.occurred_at);
        else
            tell(firm_, fact, fact.occurred_at);
    }

    void settle(SubscriptionView& view) const
    {
        view.plan_id = firm_.plan_id.value_or(weak_.plan_id);
        view.plan_name = firm_.plan_name.value_or(weak_.plan_name);
        view.next_charge_at = firm_.next_charge_at.value_or(weak_.next_charge_at);
    }

private:
    struct Told {
        Latest<std::string> plan_id;
        Latest<std::string> plan_name;
        Latest<std::optional<Time>> next_charge_at;
    };

    static void tell(Told& told, const Fact& fact, Time at)
    {
        told.plan_id.tell(fact.plan_id, at);
        told.plan_name.tell(fact.plan_name, at);
        told.next_charge_at.tell(fact.next_charge_at, at);
    }

    std::map<std::string_view, Time> paid_at_; // by transaction
    Told firm_;
    Told weak_;
};

using Products = std::shared_ptr<const std::vector<std::string>>;

// One renewal after the other is about the same products: they share one list.
Products products_of(const TransactionView& payment, const SubscriptionFold& fold)
{
    if (!fold.steps.empty() && payment.further_products.empty())
        if (const auto& before = fold.steps.back().products;
            before->size() == 1 && before->front() == payment.product_id)
            return before;
    return std::make_shared<const std::vector<std::string>>(
        Served{payment.product_id, "", payment.further_products}.products());
}

// A plan or a renewal that no product knows changes nothing: what was paid for stays.
void add_step(SubscriptionFold& fold, Time at, const TransactionView* payment, const Fact* plan_switch,
              Products products)
{
    if (products->empty() && !fold.steps.empty())
        products = fold.steps.back().products;
    fold.steps.push_back(SubscriptionStep{at, payment, plan_switch, std::move(products)});
}

void settle_steps(SubscriptionFold& fold, const Payments& paid, const FactList& switches, const Catalogue& catalogue)
{
    fold.steps.reserve(paid.size() + switches.size());
    auto change = switches.begin();
    for (std::size_t i = 0; i < paid.size(); ++i) {
        while (change != switches.end() && (*change)->occurred_at < *paid[i]->paid_at)
            ++change; // happened before anything was paid, or has had its turn
        add_step(fold, *paid[i]->paid_at, paid[i], nullptr, products_of(*paid[i], fold));
        for (; change != switches.end(); ++change) {
            if (i + 1 < paid.size() && *paid[i + 1]->paid_at <= (*change)->occurred_at)
                break;
            const Time at = (*change)->occurred_at;
            add_step(fold, at, paid[i], *change,
                     std::make_shared<const std::vector<std::string>>(
                         serve((*change)->candidates, catalogue, at).products()));
        }
    }
}

// Of what is sold here, the product that the latest fact names.
std::string product_named_by(const FactList& facts, const Catalogue& catalogue)
{
    for (auto fact = facts.rbegin(); fact != facts.rend(); ++fact)
        if (const Served served = serve((*fact)->candidates, catalogue, (*fact)->occurred_at);
            !served.product_id.empty())
            return served.product_id;
    return {};
}

// Of a subscription that was never paid: is somebody still about to pay?
SubscriptionStatus status_without_payment(const SubscriptionFold& fold, const Payments& attempts)
{
    const auto is_open = [](const TransactionView* attempt) {
        return attempt->status == TransactionStatus::pending || attempt->status == TransactionStatus::overdue;
    };
    if (fold.unpaid_since || attempts.empty() || std::any_of(attempts.begin(), attempts.end(), is_open))
        return SubscriptionStatus::pending_payment;
    const auto last = std::max_element(attempts.begin(), attempts.end(), [](const auto* a, const auto* b) {
        return std::tie(a->status_since, a->code) < std::tie(b->status_since, b->code);
    });
    return (*last)->status == TransactionStatus::expired ? SubscriptionStatus::expired : SubscriptionStatus::cancelled;
}

SubscriptionStatus status_of(const SubscriptionFold& fold, const Payments& payments)
{
    if (fold.cancellation != nullptr)
        return SubscriptionStatus::cancelled;
    if (fold.last_paid == nullptr)
        return status_without_payment(fold, payments);
    if (fold.last_paid->status == TransactionStatus::dispute)
        return SubscriptionStatus::suspended;
    if (is_paid(fold.last_paid->status))
        return fold.unpaid_since ? SubscriptionStatus::pending_payment : SubscriptionStatus::active;
    // Taken back: only an attempt to charge again says that the subscription goes on.
    const bool charged_again = fold.unpaid_since && fold.last_paid->status_since < *fold.unpaid_since;
    return charged_again ? SubscriptionStatus::pending_payment : SubscriptionStatus::cancelled;
}

} // namespace

SubscriptionFold fold_subscription(const std::string& subscriber_code, const FactList& facts, const Payments& payments,
                                   const Catalogue& catalogue, Detail detail)
{
    SubscriptionFold fold;
    fold.view.subscriber_code = subscriber_code;
    Payments paid;
    paid.reserve(payments.size());
    std::copy_if(payments.begin(), payments.end(), std::back_inserter(paid),
                 [](const TransactionView* payment) { return payment->paid_at.has_value(); });
    if (!std::is_sorted(paid.begin(), paid.end(), paid_earlier))
        std::sort(paid.begin(), paid.end(), paid_earlier);
    fold.last_paid = paid.empty() ? nullptr : paid.back();

    const auto after_last_payment = [&](Time at) { return fold.last_paid == nullptr || *fold.last_paid->paid_at < at; };
    std::optional<Terms> terms;
    if (detail == Detail::all)
        terms.emplace(paid);
    FactList switches;
    const Fact* cancellation = nullptr;
    for (const Fact* fact : facts) {
        fold.view.purchase_seen = fold.view.purchase_seen || is_purchase(fact->type);
        if (terms)
            terms->hear(*fact);
        if (fact->type == FactType::subscription_cancellation)
            cancellation = fact;
        if (fact->type == FactType::plan_switched)
            switches.push_back(fact);
        // One episode has several delays; it begins with the first after the last payment.
        if (fact->type == FactType::purchase_delayed && !fold.unpaid_since && after_last_payment(fact->occurred_at))
            fold.unpaid_since = fact->occurred_at;
    }
    if (terms)
        terms->settle(fold.view);
    // A payment made after the cancellation is a reactivation.
    if (cancellation != nullptr &&
        (after_last_payment(cancellation->occurred_at) || *fold.last_paid->paid_at == cancellation->occurred_at)) {
        fold.cancellation = cancellation;
        fold.view.cancelled_at = cancellation->occurred_at;
    }
    settle_steps(fold, paid, switches, catalogue);
    if (fold.steps.empty())
        fold.view.product_id = product_named_by(facts, catalogue);
    else if (!fold.steps.back().products->empty())
        fold.view.product_id = fold.steps.back().products->front();
    fold.view.status = status_of(fold, payments);
    return fold;
}

std::map<std::string, SubscriptionParts> subscription_parts(const FactList& facts,
                                                            const std::map<std::string, TransactionView>& transactions)
{
    std::map<std::string, SubscriptionParts> parts;
    for (const Fact* fact : facts)
        if (!fact->subscriber_code.empty())
            parts[fact->subscriber_code].facts.push_back(fact);
    for (const auto& [code, transaction] : transactions)
        if (!transaction.subscriber_code.empty())
            parts[transaction.subscriber_code].payments.push_back(&transaction);
    return parts;
}

std::vector<PlanChange> fold_plan_changes(const SubscriptionFolds& subscriptions, const Catalogue& catalogue)
{
    std::vector<PlanChange> changes;
    const auto main_product = [](const SubscriptionStep& step) {
        return step.products->empty() ? std::string{} : step.products->front();
    };
    for (const auto& [code, fold] : subscriptions) {
        std::string present;
        std::string before_payment; // what the payment that is present now may itself have replaced
        for (const SubscriptionStep& step : fold.steps) {
            const std::string given = main_product(step);
            if (step.plan_switch == nullptr) {
                before_payment = std::exchange(present, given);
                continue;
            }
            // Hotmart may charge the new plan in the same moment, and that payment be the earlier of the two.
            const bool charged_with_it = step.at - *step.payment->paid_at < std::chrono::days{1};
            const Product* from = catalogue.find(given == present && charged_with_it ? before_payment : present);
            const Product* to = catalogue.find(given);
            if (from != nullptr && to != nullptr && from->id != to->id)
                changes.push_back(PlanChange{step.plan_switch->id, step.at, from->id, to->id,
                                             to->priority > from->priority   ? PlanDirection::upgrade
                                             : to->priority < from->priority ? PlanDirection::downgrade
                                                                             : PlanDirection::lateral});
            present = given;
            before_payment = given;
        }
    }
    std::sort(changes.begin(), changes.end(), [](const PlanChange& a, const PlanChange& b) {
        return std::tie(a.changed_at, a.fact_id) < std::tie(b.changed_at, b.fact_id);
    });
    return changes;
}

} // namespace ciclo::model
