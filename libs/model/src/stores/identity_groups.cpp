#include "stores/identity_groups.hpp"

#include "model/rules/hotmart_event.hpp"

namespace ciclo::model {

std::vector<std::string> identity_keys(const Fact& fact)
{
    std::vector<std::string> keys;
    if (!fact.email.empty() && fact.email != unknown_email)
        keys.push_back("email:" + fact.email);
    if (!fact.subscriber_code.empty())
        keys.push_back("code:" + fact.subscriber_code);
    if (!fact.transaction.empty())
        keys.push_back("transaction:" + fact.transaction);
    return keys;
}

std::size_t IdentityGroups::root_of(const std::string& name)
{
    const auto [place, is_new] = index_.try_emplace(name, parent_.size());
    if (is_new) {
        parent_.push_back(parent_.size());
        names_.push_back(name);
    }
    std::size_t node = place->second;
    while (parent_[node] != node) {
        parent_[node] = parent_[parent_[node]];
        node = parent_[node];
    }
    return node;
}

void IdentityGroups::join(const std::string& a, const std::string& b)
{
    const std::size_t root_a = root_of(a);
    const std::size_t root_b = root_of(b);
    parent_[root_b] = root_a;
}

std::string IdentityGroups::group_of(const std::string& name)
{
    return names_[root_of(name)];
}

std::vector<std::string> IdentityGroups::members(const std::string& name)
{
    const std::size_t root = root_of(name);
    std::vector<std::string> found;
    for (const auto& candidate : std::vector<std::string>{names_})
        if (root_of(candidate) == root)
            found.push_back(candidate);
    return found;
}

} // namespace ciclo::model
