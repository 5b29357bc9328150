#include "rules/courtesies.hpp"

#include "core/uuid.hpp"
#include "model/rules/courtesy.hpp"

#include <algorithm>
#include <map>

namespace ciclo::model {

namespace {

constexpr std::string_view product_path = "courtesy.product";

EnrollmentView enrollment_of(const Fact& fact, const std::string& product_id, Time now)
{
    EnrollmentView view;
    view.product_id = product_id;
    view.started_at = fact.occurred_at;
    if (*fact.access_until > now)
        return view;
    view.status = EnrollmentStatus::expired;
    view.end = AccessEnd::expired;
    view.ended_at = *fact.access_until;
    return view;
}

bool holds(const EnrollmentView& enrollment)
{
    return enrollment.status == EnrollmentStatus::active;
}

void combine(EnrollmentView& kept, EnrollmentView courtesy)
{
    const bool ended_later = !holds(courtesy) && kept.ended_at && *courtesy.ended_at > *kept.ended_at;
    courtesy.started_at = kept.started_at = std::min(kept.started_at, courtesy.started_at);
    if (holds(kept) || !(holds(courtesy) || ended_later))
        return;
    courtesy.origin_transaction = kept.origin_transaction;
    kept = std::move(courtesy);
}

} // namespace

Fact courtesy_fact(const Courtesy& courtesy, Time now)
{
    Fact fact;
    fact.id = new_uuid();
    fact.type = FactType::courtesy_granted;
    fact.occurred_at = now;
    fact.email = courtesy.email;
    fact.candidates = {{std::string{product_path}, courtesy.product_id}};
    fact.access_until = courtesy.until;
    fact.reason = courtesy.reason;
    return fact;
}

void add_courtesies(AccessFold& access, const FactList& facts, const Catalogue& catalogue, Time now)
{
    std::map<std::string, const Fact*> latest;
    for (const Fact* fact : facts)
        if (fact->type == FactType::courtesy_granted && fact->access_until && !fact->candidates.empty() &&
            catalogue.find(fact->candidates.front().value) != nullptr)
            latest[fact->candidates.front().value] = fact;
    for (const auto& [product_id, fact] : latest) {
        if (*fact->access_until > now)
            keep_earliest(access.changes_at, *fact->access_until);
        auto courtesy = enrollment_of(*fact, product_id, now);
        const auto [place, is_only] = access.enrollments.try_emplace(product_id, courtesy);
        if (!is_only)
            combine(place->second, std::move(courtesy));
    }
}

} // namespace ciclo::model
