#include "rules/fold_access.hpp"

#include "rules/fact_list.hpp"
#include "rules/fold_transactions.hpp"

#include <algorithm>

namespace ciclo::model {

namespace {

bool contains(const std::vector<std::string>& products, const std::string& product)
{
    return std::find(products.begin(), products.end(), product) != products.end();
}

void end(Grant& grant, Time at, AccessEnd why)
{
    grant.live = false;
    grant.ended_at = std::max(at, grant.since);
    grant.end = why;
}

// The money went back or is disputed: true when that ended the grant, at the latest at `latest`.
bool ended_by_money(Grant& grant, std::optional<Time> latest = {})
{
    const TransactionView& payment = *grant.transaction;
    if (is_paid(payment.status))
        return false;
    const AccessEnd why = payment.status == TransactionStatus::refunded  ? AccessEnd::refunded
                          : payment.status == TransactionStatus::dispute ? AccessEnd::disputed
                                                                         : AccessEnd::cancelled;
    end(grant, latest ? std::min(*latest, payment.status_since) : payment.status_since, why);
    return true;
}

// Judges claims at `now`, and remembers the moments at which time alone will end one.
class Judge {
public:
    explicit Judge(Time now) : now_(now) {}

    // True when that moment has come.
    bool end_by_time(Grant& grant, Time at, AccessEnd why)
    {
        if (at <= now_) {
            end(grant, at, why);
            return true;
        }
        if (!changes_at_ || at < *changes_at_)
            changes_at_ = at;
        return false;
    }

    std::optional<Time> changes_at() const { return changes_at_; }

private:
    Time now_;
    std::optional<Time> changes_at_;
};

// The last payment carries the subscription until something ends it.
class SubscriptionJudge {
public:
    SubscriptionJudge(const SubscriptionFold& fold, const Policy& policy, Time now, Detail detail)
        : fold_(fold), policy_(policy), judge_(now), detail_(detail)
    {
    }

    Claims claims()
    {
        Claims claims;
        claims.status = fold_.view.status;
        if (fold_.last_paid == nullptr)
            return claims;
        for (std::size_t first = 0; first < fold_.steps.size();) {
            std::size_t next = first + 1; // the first step that rests on another payment
            while (next < fold_.steps.size() && fold_.steps[next].payment == fold_.steps[first].payment)
                ++next;
            judge_payment(claims, first, next);
            first = next;
        }
        claims.changes_at = judge_.changes_at();
        settle_status(claims);
        return claims;
    }

private:
    Grant grant(std::size_t step) const
    {
        Grant made;
        made.transaction = fold_.steps[step].payment;
        made.since = fold_.steps[step].at;
        made.renews_at = made.transaction->next_charge_at;
        return made;
    }

    // Steps [first, next) rest on one payment.
    void judge_payment(Claims& claims, std::size_t first, std::size_t next)
    {
        const auto& steps = fold_.steps;
        for (std::size_t i = first; i < next; ++i) {
            for (const auto& product : *steps[i].products) {
                const bool is_carried_on = i > first && contains(*steps[i - 1].products, product);
                if (is_carried_on)
                    continue; // one grant from the earlier step
                Grant made = grant(i);
                std::size_t last = i;
                while (last + 1 < next && contains(*steps[last + 1].products, product))
                    ++last;
                if (last + 1 < next)
                    leave(made, steps[last + 1].at);
                else if (made.transaction == fold_.last_paid)
                    judge_last(made);
                else
                    judge_earlier(made, steps[next].at);
                add(claims.grants[product], made);
            }
        }
    }

    void add(std::vector<Grant>& grants, const Grant& made) const
    {
        // Access is judged by what is live, or else by what ended last.
        if (detail_ == Detail::access && !grants.empty() && !grants.back().live &&
            (made.live || grants.back().ended_at < made.ended_at))
            grants.back() = made;
        else
            grants.push_back(made);
    }

    // A change of plan left the product; the money may have gone back even before.
    static void leave(Grant& made, Time at)
    {
        if (!ended_by_money(made, at))
            end(made, at, AccessEnd::switched);
    }

    void judge_last(Grant& made)
    {
        if (ended_by_money(made))
            return;
        if (fold_.cancellation != nullptr)
            return judge_cancelled(made);
        if (fold_.view.next_charge_at)
            made.renews_at = fold_.view.next_charge_at;
        if (fold_.unpaid_since) {
            made.delinquent = true;
            judge_.end_by_time(made, *fold_.unpaid_since + policy_.payment_grace, AccessEnd::unpaid);
        }
    }

    void judge_cancelled(Grant& made)
    {
        const Time cancelled_at = fold_.cancellation->occurred_at;
        // With a renewal unpaid, the next charge that Hotmart names begins a period that nobody has paid.
        auto paid_until = made.transaction->next_charge_at;
        if (fold_.cancellation->next_charge_at && !was_unpaid_when_cancelled())
            paid_until = fold_.cancellation->next_charge_at;
        made.renews_at = paid_until;
        if (policy_.cancellation == CancellationPolicy::end_of_period && paid_until && *paid_until > cancelled_at) {
            ended_by_time_ = judge_.end_by_time(made, *paid_until, AccessEnd::expired) || ended_by_time_;
            return;
        }
        end(made,
            was_unpaid_when_cancelled() ? std::min(cancelled_at, *fold_.unpaid_since + policy_.payment_grace)
                                        : cancelled_at,
            AccessEnd::cancelled);
    }

    bool was_unpaid_when_cancelled() const
    {
        return fold_.unpaid_since && *fold_.unpaid_since <= fold_.cancellation->occurred_at;
    }

    // An earlier payment counts only when the last one was taken back, and only while its own period runs.
    void judge_earlier(Grant& made, Time next_payment)
    {
        const TransactionStatus last = fold_.last_paid->status;
        const bool taken_back = !is_paid(last) && last != TransactionStatus::dispute && fold_.cancellation == nullptr;
        if (!taken_back || !made.transaction->next_charge_at)
            return leave(made, next_payment);
        if (ended_by_money(made))
            return;
        if (judge_.end_by_time(made, *made.transaction->next_charge_at, AccessEnd::expired))
            ended_by_time_ = true;
        else
            earlier_runs_ = true;
    }

    void settle_status(Claims& claims) const
    {
        if (claims.status != SubscriptionStatus::cancelled)
            return;
        if (earlier_runs_)
            claims.status = SubscriptionStatus::active;
        else if (ended_by_time_)
            claims.status = SubscriptionStatus::expired;
    }

    const SubscriptionFold& fold_;
    const Policy& policy_;
    Judge judge_;
    Detail detail_;
    bool earlier_runs_ = false;
    bool ended_by_time_ = false;
};

} // namespace

Claims claims_of(const TransactionView& payment, const Catalogue& catalogue, Time now)
{
    Claims claims;
    Judge judge{now};
    for (const auto& product_id : Served{payment.product_id, "", payment.further_products}.products()) {
        Grant made;
        made.transaction = &payment;
        made.since = *payment.paid_at;
        made.renews_at = payment.next_charge_at;
        const Product* product = catalogue.find(product_id);
        if (!ended_by_money(made) && product != nullptr && product->access_days)
            judge.end_by_time(made, made.since + std::chrono::days{*product->access_days}, AccessEnd::expired);
        claims.grants[product_id].push_back(made);
    }
    claims.changes_at = judge.changes_at();
    return claims;
}

Claims claims_of(const SubscriptionFold& subscription, const Policy& policy, Time now, Detail detail)
{
    return SubscriptionJudge{subscription, policy, now, detail}.claims();
}

} // namespace ciclo::model
