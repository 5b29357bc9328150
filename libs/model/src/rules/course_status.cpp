#include "rules/course_status.hpp"

#include "model/rules/imports.hpp"
#include "rules/courtesies.hpp"
#include "rules/fold_access.hpp"
#include "rules/fold_imports.hpp"
#include "rules/fold_subscriptions.hpp"
#include "rules/fold_transactions.hpp"

#include <map>
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
    void note(const std::map<std::string, EnrollmentView>& enrollments, Time at)
    {
        for (const auto& [product_id, enrollment] : enrollments) {
            const CourseStatus status = status_of(enrollment);
            auto& versions = versions_[product_id];
            if (!versions.empty() && versions.back().status == status)
                continue;
            // Several facts of one moment make one version, with the last word.
            if (!versions.empty() && versions.back().valid_from == at) {
                versions.pop_back();
                if (!versions.empty() && versions.back().status == status) {
                    versions.back().valid_to.reset();
                    continue;
                }
            }
            if (!versions.empty())
                versions.back().valid_to = at;
            versions.push_back(CourseStatusVersion{product_id, status, at, std::nullopt});
        }
    }

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

bool touches_access(const Fact& fact)
{
    return is_purchase(fact.type) || fact.type == FactType::subscription_cancellation ||
           fact.type == FactType::plan_switched || fact.type == FactType::courtesy_granted ||
           !imported_product(fact).empty();
}

} // namespace

std::vector<CourseStatusVersion> course_status_history(const FactList& facts, const Catalogue& catalogue,
                                                       const Policy& policy, Time now)
{
    History history;
    FactList known;
    const auto look = [&](Time at) {
        const auto transactions = fold_transactions(known, catalogue);
        const auto subscriptions = fold_subscriptions(known, transactions, catalogue);
        AccessFold access = fold_access(transactions, subscriptions, catalogue, policy, at);
        add_imports(access, known, transactions, subscriptions, catalogue, at);
        add_courtesies(access, known, catalogue, at);
        history.note(access.enrollments, at);
        return access.changes_at;
    };
    std::optional<Time> boundary;
    for (std::size_t i = 0; i < facts.size(); ++i) {
        if (!touches_access(*facts[i]))
            continue;
        while (boundary && *boundary < facts[i]->occurred_at && *boundary <= now)
            boundary = look(*boundary);
        known.push_back(facts[i]);
        boundary = look(facts[i]->occurred_at);
    }
    while (boundary && *boundary <= now)
        boundary = look(*boundary);
    return history.finish();
}

} // namespace ciclo::model
