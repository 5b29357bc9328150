#include "fact_parts.hpp"

#include "model/rules/hotmart_event.hpp"
#include "model/rules/money.hpp"

#include <algorithm>

namespace ciclo::sync_worker {

using model::Candidate;
using model::Fact;
using model::FactType;

std::string fact_id(const std::string& key)
{
    return model::webhook_event_id("api:" + key, "");
}

void add_candidate(Fact& fact, std::string_view path, const std::string& value)
{
    if (!value.empty() && value != "0")
        fact.candidates.push_back(Candidate{std::string{path}, value});
}

void keep_money(Fact& fact, const std::string& price, const std::string& currency, std::string_view status)
{
    if (status == "PARTIALLY_REFUNDED" || !model::Money::parse(price))
        return;
    fact.price = price;
    fact.currency = currency;
}

Time happened_at(FactType type, std::optional<Time> ordered, std::optional<Time> approved,
                 std::optional<Time> warranty_ends, Time now)
{
    const Time paid = approved.value_or(ordered.value_or(now));
    switch (type) {
    case FactType::purchase_approved:
        return std::min(paid, now);
    case FactType::purchase_complete:
    case FactType::purchase_refunded:
    case FactType::purchase_chargeback:
        return std::min(std::max(paid, warranty_ends.value_or(paid)), now);
    case FactType::purchase_protest:
        return now; // it stands just now
    default:
        return std::min(ordered.value_or(now), now);
    }
}

} // namespace ciclo::sync_worker
