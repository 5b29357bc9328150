#include "rules/fact_list.hpp"

#include "rules/fold_transactions.hpp"

#include <algorithm>
#include <tuple>

namespace ciclo::model {

FactList in_order(std::span<const Fact> facts)
{
    FactList list;
    list.reserve(facts.size());
    for (const Fact& fact : facts)
        list.push_back(&fact);
    const auto key = [](const Fact* fact) {
        return std::tuple{fact->occurred_at, stage(*fact), std::string_view{fact->id}};
    };
    std::sort(list.begin(), list.end(), [&](const Fact* a, const Fact* b) { return key(a) < key(b); });
    const auto same = [](const Fact* a, const Fact* b) { return a->id == b->id; };
    list.erase(std::unique(list.begin(), list.end(), same), list.end());
    return list;
}

} // namespace ciclo::model
