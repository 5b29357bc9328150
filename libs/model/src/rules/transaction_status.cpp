#include "model/rules/transaction_status.hpp"

#include <array>
#include <utility>

namespace ciclo::model {

namespace {

using enum TransactionStatus;

constexpr auto spellings = std::to_array<std::pair<std::string_view, TransactionStatus>>({
    {"APPROVED", approved},
    {"PAID", approved},
    {"COMPLETED", completed},
    {"COMPLETE", completed},
    {"REFUNDED", refunded},
    {"CHARGEBACK", refunded},
    {"PARTIALLY_REFUNDED", partially_refunded},
    {"CANCELLED", cancelled},
    {"CANCELED", cancelled},
    {"UNDER_ANALYSIS", dispute},
    {"UNDER_ANALISYS", dispute},
    {"IN_DISPUTE", dispute},
    {"PROTESTED", dispute},
    {"DISPUTE", dispute},
    {"WAITING_PAYMENT", pending},
    {"PENDING_PAYMENT", pending},
    {"BILLET_PRINTED", pending},
    {"PRINTED_BILLET", pending},
    {"OVERDUE", overdue},
    {"DELAYED", overdue},
    {"EXPIRED", expired},
});

} // namespace

std::string_view to_string(TransactionStatus status) noexcept
{
    switch (status) {
    case pending:
        return "PENDING";
    case approved:
        return "APPROVED";
    case completed:
        return "COMPLETED";
    case refunded:
        return "REFUNDED";
    case partially_refunded:
        return "PARTIALLY_REFUNDED";
    case cancelled:
        return "CANCELLED";
    case dispute:
        return "DISPUTE";
    case overdue:
        return "OVERDUE";
    case expired:
        return "EXPIRED";
    }
    return "PENDING";
}

TransactionStatus status_from_hotmart(std::string_view hotmart_status) noexcept
{
    for (const auto& [spelling, status] : spellings)
        if (spelling == hotmart_status)
            return status;
    return pending;
}

bool is_paid(TransactionStatus status) noexcept
{
    return status == approved || status == completed || status == partially_refunded;
}

} // namespace ciclo::model
