#include "rules/courtesies.hpp"

#include "core/uuid.hpp"
#include "model/rules/courtesy.hpp"

#include <algorithm>

namespace ciclo::model {

namespace {

constexpr std::string_view product_path = "courtesy.product";

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

CourtesiesByProduct courtesies_by_product(const FactList& facts, const Catalogue& catalogue)
{
    CourtesiesByProduct latest;
    for (const Fact* fact : facts)
        if (fact->type == FactType::courtesy_granted && fact->access_until && !fact->candidates.empty() &&
            catalogue.find(fact->candidates.front().value) != nullptr)
            latest[fact->candidates.front().value] = fact;
    return latest;
}

Claims claims_of_courtesy(const std::string& product_id, const Fact& courtesy, Time now)
{
    Claims claims;
    Grant grant;
    grant.since = courtesy.occurred_at;
    if (*courtesy.access_until > now) {
        claims.changes_at = courtesy.access_until;
    } else {
        grant.live = false;
        grant.ended_at = std::max(*courtesy.access_until, grant.since); // never given, but takes another one's place
        grant.end = AccessEnd::expired;
    }
    claims.grants[product_id].push_back(grant);
    return claims;
}

} // namespace ciclo::model
