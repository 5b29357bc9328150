#pragma once

#include "model/rules/catalogue.hpp"
#include "model/rules/fact.hpp"
#include "postgres/connection.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace ciclo::model {

// Identifiers and mappings that an operator took away. They name nothing any more, except for those who bought by
// them before: nobody loses access because the catalogue was tidied.
class RetiredNames {
public:
    static postgres::Statement select();
    explicit RetiredNames(const postgres::Rows& rows);

    // The catalogue as it holds for the student with these facts; nothing when the present one does.
    std::optional<Catalogue> catalogue_for(std::span<const Fact> facts, const Catalogue& present) const;

private:
    struct Name {
        std::string product_id;
        Time removed_at;
    };
    std::map<std::pair<std::string, std::string>, Name> identifiers_; // by kind and value
    std::multimap<std::string, Name> mappings_;                       // by the Hotmart product sold
};

} // namespace ciclo::model
