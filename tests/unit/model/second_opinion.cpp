#include "second_opinion.hpp"

#include "model/rules/hotmart_event.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <vector>

namespace ciclo::testing {

using namespace model;

namespace {

using Facts = std::vector<const Fact*>;

bool is_partial(const Fact& fact)
{
    return fact.type == FactType::purchase_refunded && fact.hotmart_status == "PARTIALLY_REFUNDED";
}

bool is_full_refund(const Fact& fact)
{
    return (fact.type == FactType::purchase_refunded && !is_partial(fact)) ||
           fact.type == FactType::purchase_chargeback;
}

bool says_paid(const Fact& fact)
{
    return fact.type == FactType::purchase_approved || fact.type == FactType::purchase_complete;
}

// Of two words spoken in one moment the graver counts as the later.
int gravity(const Fact& fact)
{
    using enum FactType;
    if (is_full_refund(fact))
        return 9;
    if (is_partial(fact))
        return 8;
    constexpr std::array rising{purchase_billet_printed, purchase_delayed,  purchase_expired, purchase_canceled,
                                purchase_approved,       purchase_complete, purchase_protest};
    const auto place = std::find(rising.begin(), rising.end(), fact.type);
    return place == rising.end() ? 0 : 1 + static_cast<int>(place - rising.begin());
}

bool earlier(const Fact* a, const Fact* b)
{
    return std::tuple{a->occurred_at, gravity(*a), a->id} < std::tuple{b->occurred_at, gravity(*b), b->id};
}

std::map<std::string, Facts> by_transaction(const RandomHistory& history)
{
    std::map<std::string, Facts> facts;
    for (const Fact& fact : history.facts)
        if (!fact.transaction.empty())
            facts[fact.transaction].push_back(&fact);
    for (auto& [code, own] : facts)
        std::sort(own.begin(), own.end(), earlier);
    return facts;
}

enum class Standing { unpaid, stands, disputed, taken_back };

// The last word on a payment that has come: "not paid yet" and "not paid in time" say nothing then.
Standing standing_of(const Facts& facts)
{
    Standing standing = Standing::unpaid;
    for (const Fact* fact : facts) {
        if (is_full_refund(*fact))
            return Standing::taken_back;
        if (says_paid(*fact) || is_partial(*fact))
            standing = Standing::stands;
        if (fact->type == FactType::purchase_protest)
            standing = Standing::disputed;
        if (fact->type == FactType::purchase_canceled)
            standing = Standing::taken_back;
    }
    return standing;
}

// "89.9" -> 89900000. The histories hold no other form.
std::int64_t millionths(std::string text)
{
    const auto point = text.find('.');
    std::string fraction = point == std::string::npos ? "" : text.substr(point + 1);
    fraction.resize(6, '0');
    return std::stoll(text.substr(0, point)) * 1'000'000 + std::stoll(fraction);
}

const Fact* last_with_price(const Facts& facts, bool (*which)(const Fact&))
{
    const Fact* last = nullptr;
    for (const Fact* fact : facts)
        if (which(*fact) && !fact->price.empty())
            last = fact;
    return last;
}

// A payment for the judgement of access.
struct Payment {
    std::string code;
    Time paid_at;
    Standing standing;
    std::set<std::string> products;
    std::string main_product; // of these
    std::optional<Time> next_charge;
};

std::set<std::string> products_of(const Facts& facts, Time paid_at, const Catalogue& catalogue)
{
    std::set<std::string> products;
    if (const auto found = catalogue.resolve(facts.back()->candidates, paid_at))
        products.insert(found->product->id);
    for (const auto& further : catalogue.further_products(facts.back()->candidates))
        products.insert(further);
    return products;
}

struct Subscription {
    std::vector<Payment> payments;
    Facts switches;
    Facts cancellations;
    Facts delays;
    Facts all;
};

class Opinion {
public:
    Opinion(const RandomHistory& history, const Catalogue& catalogue, Time now)
        : policy_(history.policy), catalogue_(catalogue), now_(now)
    {
        for (const auto& [code, facts] : by_transaction(history))
            hear_payment(code, facts);
        for (const Fact& fact : history.facts)
            hear(fact);
        for (auto& [code, subscription] : subscriptions_)
            judge(subscription);
        for (const auto& [product, courtesy] : courtesies_)
            if (now_ < *courtesy->access_until)
                open_.insert(product);
        for (const auto& [product, import] : imports_)
            if ((!import->access_until || now_ < *import->access_until) && !is_disproved(product, import->occurred_at))
                open_.insert(product);
    }

    std::set<std::string> products() const { return open_; }

private:
    // The last import of a product, and the last courtesy, are the ones that count.
    void hear_without_payment(const Fact& fact)
    {
        const bool is_courtesy = fact.type == FactType::courtesy_granted && fact.access_until;
        const bool is_import = fact.type == FactType::access_imported || fact.type == FactType::historical_buyer;
        if ((!is_courtesy && !is_import) || catalogue_.find(fact.candidates.front().value) == nullptr)
            return;
        const Fact*& last = (is_courtesy ? courtesies_ : imports_)[fact.candidates.front().value];
        if (last == nullptr || earlier(last, &fact))
            last = &fact;
    }

    // Did money for the product go back, or was it disputed or cancelled, after the import?
    bool is_disproved(const std::string& product, Time since) const
    {
        return std::any_of(evidence_.begin(), evidence_.end(),
                           [&](const auto& entry) { return entry.first == product && entry.second >= since; });
    }

    void note_evidence(const Facts& facts)
    {
        std::optional<Time> at;
        for (const Fact* fact : facts) {
            if (is_full_refund(*fact)) {
                at = fact->occurred_at;
                break; // never returns
            }
            if (fact->type == FactType::purchase_protest)
                at = at.value_or(fact->occurred_at);
            else if (says_paid(*fact) || is_partial(*fact) || fact->type == FactType::purchase_canceled)
                at.reset();
        }
        if (const auto product = product_named_by(*facts.back()); at && !product.empty())
            evidence_.emplace_back(product, *at);
    }

    void hear_payment(const std::string& code, const Facts& facts)
    {
        std::optional<Time> paid_at;
        std::optional<Time> next_charge;
        for (const Fact* fact : facts) {
            if (fact->next_charge_at)
                next_charge = fact->next_charge_at;
            const bool proof = says_paid(*fact) || is_partial(*fact) || is_full_refund(*fact) ||
                               fact->type == FactType::purchase_protest;
            const Time when = fact->approved_at.value_or(fact->occurred_at);
            if (proof && (!paid_at || when < *paid_at))
                paid_at = when;
        }
        if (!paid_at)
            return;
        note_evidence(facts);
        const Payment payment{code,
                              *paid_at,
                              standing_of(facts),
                              products_of(facts, *paid_at, catalogue_),
                              product_named_by(*facts.back()),
                              next_charge};
        if (const std::string& subscriber = facts.back()->subscriber_code; !subscriber.empty())
            subscriptions_[subscriber].payments.push_back(payment);
        else if (payment.standing == Standing::stands)
            for (const auto& product : payment.products)
                if (const auto days = catalogue_.find(product)->access_days;
                    !days || now_ < payment.paid_at + std::chrono::days{*days})
                    open_.insert(product);
    }

    void hear(const Fact& fact)
    {
        hear_without_payment(fact);
        Subscription& subscription = subscriptions_[fact.subscriber_code];
        subscription.all.push_back(&fact);
        if (fact.type == FactType::plan_switched && catalogue_.resolve(fact.candidates, fact.occurred_at))
            subscription.switches.push_back(&fact);
        if (fact.type == FactType::subscription_cancellation)
            subscription.cancellations.push_back(&fact);
        if (fact.type == FactType::purchase_delayed)
            subscription.delays.push_back(&fact);
    }

    std::string product_named_by(const Fact& fact) const
    {
        const auto product = catalogue_.resolve(fact.candidates, fact.occurred_at);
        return product ? product->product->id : "";
    }

    // Nothing was ever paid: the product that was named last has been cancelled.
    void note_cancelled_attempt(Subscription& subscription)
    {
        std::sort(subscription.all.begin(), subscription.all.end(), earlier);
        std::string product;
        for (const Fact* fact : subscription.all)
            if (const auto named = product_named_by(*fact); !named.empty())
                product = named;
        if (!subscription.cancellations.empty() && !product.empty())
            evidence_.emplace_back(product, subscription.cancellations.back()->occurred_at);
    }

    void open(const std::set<std::string>& products) { open_.insert(products.begin(), products.end()); }

    void judge(Subscription& subscription)
    {
        auto& payments = subscription.payments;
        std::sort(payments.begin(), payments.end(), [](const Payment& a, const Payment& b) {
            return std::tie(a.paid_at, a.code) < std::tie(b.paid_at, b.code);
        });
        std::sort(subscription.switches.begin(), subscription.switches.end(), earlier);
        std::sort(subscription.cancellations.begin(), subscription.cancellations.end(), earlier);
        if (payments.empty())
            return note_cancelled_attempt(subscription);
        for (std::size_t i = 0; i < payments.size(); ++i) {
            if (payments[i].products.empty() && i > 0) {
                payments[i].products = payments[i - 1].products;
                payments[i].main_product = payments[i - 1].main_product;
            }
            for (const Fact* change : subscription.switches)
                if (change->occurred_at >= payments[i].paid_at &&
                    (i + 1 == payments.size() || change->occurred_at < payments[i + 1].paid_at)) {
                    payments[i].main_product = product_named_by(*change);
                    payments[i].products = {payments[i].main_product};
                }
        }
        const Payment& last = payments.back();
        std::optional<Time> unpaid;
        for (const Fact* delay : subscription.delays)
            if (delay->occurred_at > last.paid_at && (!unpaid || delay->occurred_at < *unpaid))
                unpaid = delay->occurred_at;
        const Fact* cancelled = subscription.cancellations.empty() ? nullptr : subscription.cancellations.back();
        if (cancelled != nullptr && cancelled->occurred_at >= last.paid_at) {
            if (!last.main_product.empty())
                evidence_.emplace_back(last.main_product, cancelled->occurred_at);
            if (last.standing == Standing::stands && paid_beyond(*cancelled, last, unpaid))
                open(last.products);
        } else if (last.standing == Standing::stands) {
            if (!unpaid || now_ < *unpaid + policy_.payment_grace)
                open(last.products);
        } else if (last.standing == Standing::taken_back) {
            for (const Payment& payment : payments)
                if (payment.standing == Standing::stands && payment.next_charge && now_ < *payment.next_charge)
                    open(payment.products);
        }
    }

    // Does the period that was paid outlast the cancellation, and the present?
    bool paid_beyond(const Fact& cancelled, const Payment& last, const std::optional<Time>& unpaid) const
    {
        const bool next_is_unpaid = unpaid && *unpaid <= cancelled.occurred_at;
        const auto until = cancelled.next_charge_at && !next_is_unpaid ? cancelled.next_charge_at : last.next_charge;
        return policy_.cancellation == CancellationPolicy::end_of_period && until && *until > cancelled.occurred_at &&
               now_ < *until;
    }

    const Policy& policy_;
    const Catalogue& catalogue_;
    Time now_;
    std::map<std::string, Subscription> subscriptions_;
    std::map<std::string, const Fact*> courtesies_; // by product
    std::map<std::string, const Fact*> imports_;
    std::vector<std::pair<std::string, Time>> evidence_; // against imports: product, and when
    std::set<std::string> open_;
};

} // namespace

std::map<std::string, std::int64_t> second_opinion_of_ltv(const RandomHistory& history)
{
    std::map<std::string, std::int64_t> ltv;
    for (const auto& [code, facts] : by_transaction(history)) {
        const Fact* came = last_with_price(facts, says_paid);
        const bool refunded = std::any_of(facts.begin(), facts.end(), [](auto* fact) { return is_full_refund(*fact); });
        if (came == nullptr || (standing_of(facts) != Standing::stands && !refunded))
            continue;
        const auto brought = millionths(came->price);
        std::int64_t left = brought;
        for (const auto which : {is_partial, is_full_refund}) {
            if (std::none_of(facts.begin(), facts.end(), [&](auto* fact) { return which(*fact); }))
                continue;
            const Fact* back = last_with_price(facts, which);
            left -= back == nullptr || back->currency != came->currency ? brought : millionths(back->price);
        }
        if (left > 0)
            ltv[came->currency] += left;
    }
    return ltv;
}

std::set<std::string> second_opinion_of_access(const RandomHistory& history, const Catalogue& catalogue, Time now)
{
    const bool is_somebody = std::any_of(history.facts.begin(), history.facts.end(),
                                         [](const Fact& fact) { return fact.email != unknown_email; });
    return is_somebody ? Opinion{history, catalogue, now}.products() : std::set<std::string>{};
}

} // namespace ciclo::testing
