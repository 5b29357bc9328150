#pragma once

#include "core/time.hpp"
#include "model/rules/transaction_status.hpp"

#include <map>
#include <span>
#include <string>
#include <vector>

// The state of everybody who ever bought a product, from sales that come in any order.
namespace ciclo::model {

// One sale, as far as it says something about its buyer.
struct BuyerSale {
    std::string email; // lower case
    std::string name;
    std::string transaction;
    TransactionStatus status = TransactionStatus::pending;
    Time ordered_at;
};

// 1: it moved money, or was a renewal that should have. 0: an attempt that never became a payment, which says nothing
// beside one that did.
int weight_of(TransactionStatus status) noexcept;

// What is kept of the deciding sale.
struct BuyerState {
    std::string name;
    std::string transaction;
    TransactionStatus status = TransactionStatus::pending;
    int weight = 0;
    Time ordered_at;
};

// Does the sale decide over the present state? The same transaction always does: that is its newer status. Otherwise
// the heavier one, then the later order.
bool decides(const BuyerSale& sale, const BuyerState& present) noexcept;

// The deciding sale of each buyer among these.
std::map<std::string, BuyerSale> deciding_sales(std::span<const BuyerSale> sales);

} // namespace ciclo::model
