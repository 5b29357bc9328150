#pragma once

#include "core/time.hpp"
#include "model/rules/fact.hpp"

#include <optional>
#include <string>

// Access that no webhook told of: students who were there before, and buyers that Hotmart knows from earlier.
namespace ciclo::model {

struct Import {
    std::string email;
    std::string name;
    std::string phone;
    std::string product_id; // of ours
    std::optional<Time> since;
    std::optional<Time> until;
};

// An ACCESS_IMPORTED fact: active already, nobody asks the student to register. Its id follows from the content,
// so the same import again is the same fact. Without `since` access begins `now`, which is not part of the content.
Fact import_fact(const Import& import, Time now);

// A HISTORICAL_BUYER fact: access like after a purchase, onboarding included.
Fact historical_buyer_fact(const Import& import, Time now);

// The product that such a fact gives; empty for any other fact.
std::string imported_product(const Fact& fact);

} // namespace ciclo::model
