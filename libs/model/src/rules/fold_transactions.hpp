#pragma once

#include "model/rules/projection.hpp"
#include "rules/fact_list.hpp"

#include <map>
#include <string>

namespace ciclo::model {

// How far the payment has come by this fact; 0 for facts that are about no payment.
int stage(const Fact& fact) noexcept;

std::map<std::string, TransactionView> fold_transactions(const FactList& facts, const Catalogue& catalogue);

// Approved and completed payments less what went back of them, by currency. Exact; never below zero.
std::map<std::string, Money> fold_ltv(const std::map<std::string, TransactionView>& transactions);

} // namespace ciclo::model
