#pragma once

#include "model/rules/projection.hpp"

#include <map>
#include <string>
#include <vector>

namespace ciclo::model {

// How far the payment has come by this fact; 0 for facts that are about no payment.
int stage(const Fact& fact) noexcept;

// What a sale or a change of plan with these candidates gives.
struct Served {
    std::string product_id; // empty: nothing that is sold here
    std::string matched_by;
    std::vector<std::string> further_products; // by hotmart_product_mapping

    std::vector<std::string> products() const; // each once, the resolved one first
};

Served serve(const std::vector<Candidate>& candidates, const Catalogue& catalogue, Time sold_at);

// What the payment's facts say about its money.
struct MoneyFacts {
    std::string paid;
    std::string paid_currency;
    std::string refunded_in_part;
    std::string refunded;
    std::string refunded_currency;
    bool part_went_back = false;
    bool went_back = false;
};

// The payments of one student while the facts, oldest first, come in one by one.
class TransactionFold {
public:
    explicit TransactionFold(const Catalogue& catalogue) : catalogue_(catalogue) {}

    // The payment that the fact is about, as it is now; its address stays. Nothing when it is about none.
    const TransactionView* add(const Fact& fact);

    const std::map<std::string, TransactionView>& views() const { return views_; }

private:
    const Catalogue& catalogue_;
    std::map<std::string, TransactionView> views_; // by code
    std::map<std::string, MoneyFacts> money_;
};

// Approved and completed payments less what went back of them, by currency. Exact; never below zero.
std::map<std::string, Money> fold_ltv(const std::map<std::string, TransactionView>& transactions);

} // namespace ciclo::model
