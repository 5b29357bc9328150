#include "stores/retired_names.hpp"

namespace ciclo::model {

namespace {

constexpr const char* select_sql = R"sql(
    SELECT kind, value, product_id, removed_at FROM product_identifiers WHERE removed_at IS NOT NULL
    UNION ALL
    SELECT '', source_hotmart_product_id, target_product_id, removed_at FROM hotmart_product_mapping
    WHERE removed_at IS NOT NULL
)sql";

Time sold_at(const Fact& fact)
{
    return fact.ordered_at.value_or(fact.approved_at.value_or(fact.occurred_at));
}

} // namespace

postgres::Statement RetiredNames::select()
{
    return {select_sql, {}};
}

RetiredNames::RetiredNames(const postgres::Rows& rows)
{
    for (std::size_t i = 0; i < rows.size(); ++i) {
        Name name{rows.text(i, 2), time_from_text(rows.view(i, 3)).value_or(Time{})};
        if (rows.view(i, 0).empty())
            mappings_.emplace(rows.text(i, 1), std::move(name));
        else
            identifiers_.emplace(std::pair{rows.text(i, 0), rows.text(i, 1)}, std::move(name));
    }
}

std::optional<Catalogue> RetiredNames::catalogue_for(std::span<const Fact> facts, const Catalogue& present) const
{
    if (identifiers_.empty() && mappings_.empty())
        return std::nullopt;
    std::map<std::pair<std::string, std::string>, const Name*> wanted;
    std::map<std::pair<std::string, std::string>, const Name*> wanted_mappings; // by source and target
    for (const Fact& fact : facts)
        for (const Candidate& candidate : fact.candidates) {
            const std::string kind{identifier_kind(candidate.path)};
            const auto name = identifiers_.find({kind, candidate.value});
            if (name != identifiers_.end() && sold_at(fact) < name->second.removed_at)
                wanted.emplace(name->first, &name->second);
            if (kind != "product.id")
                continue;
            const auto [first, last] = mappings_.equal_range(candidate.value);
            for (auto mapping = first; mapping != last; ++mapping)
                if (sold_at(fact) < mapping->second.removed_at)
                    wanted_mappings.emplace(std::pair{mapping->first, mapping->second.product_id}, &mapping->second);
        }
    if (wanted.empty() && wanted_mappings.empty())
        return std::nullopt;
    Catalogue catalogue = present;
    for (const auto& [name, retired] : wanted)
        catalogue.identify(name.first, name.second, retired->product_id);
    for (const auto& [name, retired] : wanted_mappings)
        catalogue.map(name.first, name.second);
    return catalogue;
}

} // namespace ciclo::model
