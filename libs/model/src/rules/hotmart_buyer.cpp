#include "model/rules/hotmart_buyer.hpp"

#include <tuple>

namespace ciclo::model {

int weight_of(TransactionStatus status) noexcept
{
    switch (status) {
    case TransactionStatus::pending:
    case TransactionStatus::cancelled:
    case TransactionStatus::expired:
        return 0;
    case TransactionStatus::approved:
    case TransactionStatus::completed:
    case TransactionStatus::refunded:
    case TransactionStatus::partially_refunded:
    case TransactionStatus::dispute:
    case TransactionStatus::overdue:
        return 1;
    }
    return 0;
}

bool decides(const BuyerSale& sale, const BuyerState& present) noexcept
{
    if (sale.transaction == present.transaction)
        return true;
    const int weight = weight_of(sale.status);
    return std::tie(weight, sale.ordered_at, sale.transaction) >
           std::tie(present.weight, present.ordered_at, present.transaction);
}

std::map<std::string, BuyerSale> deciding_sales(std::span<const BuyerSale> sales)
{
    std::map<std::string, BuyerSale> found;
    for (const BuyerSale& sale : sales) {
        const auto [place, is_new] = found.try_emplace(sale.email, sale);
        BuyerSale& kept = place->second;
        const BuyerState state{kept.name, kept.transaction, kept.status, weight_of(kept.status), kept.ordered_at};
        if (!is_new && decides(sale, state))
            kept = sale;
    }
    return found;
}

} // namespace ciclo::model
