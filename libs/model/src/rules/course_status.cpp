#include "rules/course_status.hpp"

#include "model/rules/imports.hpp"
#include "rules/courtesies.hpp"
#include "rules/fold_access.hpp"
#include "rules/fold_imports.hpp"
#include "rules/fold_subscriptions.hpp"
#include "rules/fold_transactions.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>

namespace ciclo::model {

namespace {

CourseStatus status_of(const EnrollmentView& enrollment)
{
    if (enrollment.delinquent)
        return CourseStatus::inadimplente;
    if (enrollment.status == EnrollmentStatus::active)
        return CourseStatus::ativo;
    return enrollment.end == AccessEnd::refunded ? CourseStatus::reembolsado : CourseStatus::cancelado;
}

// Versions by product, oldest first.
class History {
public:
    void note(const std::string& product_id, CourseStatus status, Time at)
    {
        auto& versions = versions_[product_id];
        if (!versions.empty() && versions.back().status == status)
            return;
        // Several facts of one moment make one version, with the last word.
        if (!versions.empty() && versions.back().valid_from == at) {
            versions.pop_back();
            if (!versions.empty() && versions.back().status == status) {
                versions.back().valid_to.reset();
                return;
            }
        }
        if (!versions.empty())
            versions.back().valid_to = at;
        versions.push_back(CourseStatusVersion{product_id, status, at, std::nullopt});
    }

    // It turned out that no payment was ever for this product.
    void forget(const std::string& product_id) { versions_.erase(product_id); }

    std::vector<CourseStatusVersion> finish()
    {
        std::vector<CourseStatusVersion> all;
        for (auto& [product_id, versions] : versions_)
            all.insert(all.end(), versions.begin(), versions.end());
        return all;
    }

private:
    std::map<std::string, std::vector<CourseStatusVersion>> versions_;
};

// Access while the facts come in one by one. Each fact, and each moment, judges again only the payment or
// the subscription that it concerns: a student's whole history costs little more than its last state.
class AccessSoFar {
public:
    AccessSoFar(const Catalogue& catalogue, const Policy& policy, History& history)
        : catalogue_(catalogue), policy_(policy), history_(history), transactions_(catalogue)
    {
    }

    // As seen at `at`.
    void add(const Fact& fact, Time at)
    {
        std::set<std::string> subscriptions;
        if (!fact.subscriber_code.empty()) {
            parts_[fact.subscriber_code].facts.push_back(&fact);
            subscriptions.insert(fact.subscriber_code);
        }
        if (const TransactionView* payment = transactions_.add(fact)) {
            assign(*payment, subscriptions);
            if (payment->subscriber_code.empty() && payment->paid_at)
                replace("payment " + payment->code, claims_of(*payment, catalogue_, at));
            else if (!payment->subscriber_code.empty())
                subscriptions.insert(payment->subscriber_code);
        }
        for (const auto& code : subscriptions)
            judge(code, at);
        if (const auto product_id = imported_product(fact); catalogue_.find(product_id) != nullptr)
            imports_[product_id] = &fact;
        for (const auto& [product_id, courtesy] : courtesies_by_product({&fact}, catalogue_))
            courtesies_[product_id] = courtesy;
        judge_unpaid(at);
        note(fact.occurred_at);
    }

    std::optional<Time> changes_at() const
    {
        std::optional<Time> next;
        for (const auto& [name, claims] : claims_)
            if (claims.changes_at && (!next || *claims.changes_at < *next))
                next = claims.changes_at;
        return next;
    }

    bool has_returned() const { return has_returned_; }

    // Time passes until `at`, which is the next change.
    void pass(Time at)
    {
        std::vector<std::string> due;
        for (const auto& [name, claims] : claims_)
            if (claims.changes_at && *claims.changes_at <= at)
                due.push_back(name);
        for (const auto& name : due) {
            const std::string key = name.substr(name.find(' ') + 1);
            if (const auto payment = transactions_.views().find(key);
                name.starts_with("payment ") && payment != transactions_.views().end())
                replace(name, claims_of(payment->second, catalogue_, at));
            else if (name.starts_with("subscription "))
                judge(key, at);
        }
        judge_unpaid(at);
        note(at);
    }

private:
    // What was lost and came back within one moment was never away.
    void note_absence(bool lost_some, Time at)
    {
        if (lost_some && open_.empty())
            away_since_ = at;
        if (open_.empty() || !away_since_)
            return;
        has_returned_ = has_returned_ || *away_since_ < at;
        away_since_.reset();
    }

    // A payment of which a later fact tells the subscription moves there.
    void assign(const TransactionView& payment, std::set<std::string>& touched)
    {
        const auto [place, is_new] = subscription_of_.try_emplace(payment.code, payment.subscriber_code);
        if (!is_new && place->second == payment.subscriber_code)
            return;
        if (!is_new && !place->second.empty()) {
            std::erase(parts_[place->second].payments, &payment);
            touched.insert(place->second);
        } else if (!is_new) {
            replace("payment " + payment.code, Claims{});
        }
        place->second = payment.subscriber_code;
        if (!payment.subscriber_code.empty())
            parts_[payment.subscriber_code].payments.push_back(&payment);
    }

    void judge(const std::string& code, Time at)
    {
        const SubscriptionParts& parts = parts_[code];
        auto fold = fold_subscription(code, parts.facts, parts.payments, catalogue_, Detail::access);
        replace("subscription " + code, claims_of(fold, policy_, at, Detail::access));
        subscriptions_.insert_or_assign(code, std::move(fold));
    }

    // What was given without a payment; few students have any.
    void judge_unpaid(Time at)
    {
        for (const auto& [product_id, import] : imports_)
            replace("import " + product_id,
                    claims_of_import(product_id, *import, transactions_.views(), subscriptions_, at));
        for (const auto& [product_id, courtesy] : courtesies_)
            replace("courtesy " + product_id, claims_of_courtesy(product_id, *courtesy, at));
    }

    void replace(const std::string& name, Claims fresh)
    {
        Claims& kept = claims_[name];
        for (const Claims* claims : {&kept, &fresh})
            for (const auto& [product_id, grants] : claims->grants)
                touched_products_.insert(product_id);
        kept = std::move(fresh);
    }

    void note(Time at)
    {
        bool lost_some = false;
        for (const auto& product_id : touched_products_) {
            std::vector<Grant> grants;
            for (const auto& [name, claims] : claims_)
                if (const auto own = claims.grants.find(product_id); own != claims.grants.end())
                    grants.insert(grants.end(), own->second.begin(), own->second.end());
            if (grants.empty()) {
                history_.forget(product_id);
                open_.erase(product_id);
                continue;
            }
            const EnrollmentView enrollment = combine(product_id, std::move(grants));
            if (enrollment.status == EnrollmentStatus::active)
                open_.insert(product_id);
            else
                lost_some = open_.erase(product_id) != 0 || lost_some;
            history_.note(product_id, status_of(enrollment), at);
        }
        touched_products_.clear();
        note_absence(lost_some, at);
    }

    const Catalogue& catalogue_;
    const Policy& policy_;
    History& history_;
    TransactionFold transactions_;
    std::map<std::string, SubscriptionParts> parts_;     // by subscriber code
    std::map<std::string, std::string> subscription_of_; // by transaction
    SubscriptionFolds subscriptions_;
    ImportsByProduct imports_;
    CourtesiesByProduct courtesies_;
    std::map<std::string, Claims> claims_; // by "payment HP...", "subscription ...", "import ..." or "courtesy ..."
    std::set<std::string> touched_products_;
    std::set<std::string> open_; // products with access
    std::optional<Time> away_since_;
    bool has_returned_ = false;
};

bool touches_access(const Fact& fact)
{
    return is_purchase(fact.type) || fact.type == FactType::subscription_cancellation ||
           fact.type == FactType::plan_switched || fact.type == FactType::courtesy_granted ||
           !imported_product(fact).empty();
}

} // namespace

CourseStatusHistory course_status_history(const FactList& facts, const Catalogue& catalogue, const Policy& policy,
                                          Time now)
{
    History history;
    CourseStatusHistory result;
    AccessSoFar access{catalogue, policy, history};
    for (const Fact* fact : facts) {
        if (!touches_access(*fact))
            continue;
        auto at = access.changes_at();
        for (; at && *at < fact->occurred_at && *at <= now; at = access.changes_at())
            access.pass(*at);
        // A source whose clock runs ahead tells of the future: what comes before that is still to come.
        if (at && *at < fact->occurred_at)
            keep_earliest(result.changes_at, *at);
        access.add(*fact, std::min(fact->occurred_at, now));
    }
    for (auto at = access.changes_at(); at && *at <= now; at = access.changes_at())
        access.pass(*at);
    result.versions = history.finish();
    result.has_returned = access.has_returned();
    return result;
}

} // namespace ciclo::model
