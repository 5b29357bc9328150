#include "model/rules/brake.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <set>

namespace ciclo::model {

namespace {

std::string too_many_of_a_product(const std::map<std::string, std::set<std::string>>& losers,
                                  const std::map<std::string, std::size_t>& students, std::size_t most_percent)
{
    for (const auto& [product_id, people] : losers) {
        const auto found = students.find(product_id);
        const std::size_t all = std::max(found == students.end() ? 0 : found->second, people.size());
        if (people.size() > 1 && people.size() * 100 > all * most_percent)
            return fmt::format("would revoke access of {} of the {} students of product {}, more than {} %",
                               people.size(), all, product_id, most_percent);
    }
    return {};
}

} // namespace

BrakeDecision decide_brake(std::span<const Revocation> revocations, const std::map<std::string, std::size_t>& students,
                           const BrakePolicy& policy)
{
    std::set<std::string> everybody;
    std::map<std::string, std::set<std::string>> losers;
    for (const Revocation& revocation : revocations) {
        everybody.insert(revocation.user_id);
        if (!revocation.product_id.empty())
            losers[revocation.product_id].insert(revocation.user_id);
    }
    BrakeDecision decision;
    decision.people.assign(everybody.begin(), everybody.end());
    if (everybody.size() <= policy.approved_people)
        return decision;
    if (everybody.size() > policy.most_people)
        decision.reason =
            fmt::format("would revoke access of {} people, more than {}", everybody.size(), policy.most_people);
    else
        decision.reason = too_many_of_a_product(losers, students, policy.most_percent);
    decision.stops = !decision.reason.empty();
    return decision;
}

} // namespace ciclo::model
