#pragma once

#include "core/time.hpp"
#include "model/rules/catalogue.hpp"
#include "model/rules/fact.hpp"

#include <compare>
#include <set>
#include <span>
#include <string>

namespace ciclo::model {

// What one sale teaches about an offer of Hotmart's: for how much it was sold on a day (UTC).
struct OfferSale {
    std::string product_id; // of ours
    std::string code;
    Time day;
    std::string price; // exact decimal text
    std::string currency;

    auto operator<=>(const OfferSale&) const = default;
};

// Of the facts that a payment came. Each speaks for itself, whatever else is known of its payment: so the set of
// facts decides what is learned, in whatever order and portions they come.
std::set<OfferSale> offer_sales(std::span<const Fact> facts, const Catalogue& catalogue);

} // namespace ciclo::model
