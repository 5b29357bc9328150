#include "model/rules/offers.hpp"

#include <chrono>

namespace ciclo::model {

std::set<OfferSale> offer_sales(std::span<const Fact> facts, const Catalogue& catalogue)
{
    std::set<OfferSale> sales;
    for (const Fact& fact : facts) {
        const bool is_payment = fact.type == FactType::purchase_approved || fact.type == FactType::purchase_complete;
        if (!is_payment || fact.offer_code.empty() || fact.price.empty() || fact.currency.empty() ||
            is_send_test(fact.candidates))
            continue;
        const Time sold_at = fact.ordered_at.value_or(fact.approved_at.value_or(fact.occurred_at));
        const auto product = catalogue.resolve(fact.candidates, sold_at);
        if (product)
            sales.insert({product->product->id, fact.offer_code, std::chrono::floor<std::chrono::days>(sold_at),
                          fact.price, fact.currency});
    }
    return sales;
}

} // namespace ciclo::model
