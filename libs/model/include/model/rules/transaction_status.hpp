#pragma once

#include <string_view>

namespace ciclo::model {

enum class TransactionStatus {
    pending,
    approved,
    completed,
    refunded,
    partially_refunded, // money is netted, access stays
    cancelled,
    dispute,
    overdue,
    expired,
};

// As stored: "APPROVED", "PARTIALLY_REFUNDED" ...
std::string_view to_string(TransactionStatus status) noexcept;

// Every spelling that Hotmart's webhooks and REST API use; anything else is `pending`.
TransactionStatus status_from_hotmart(std::string_view hotmart_status) noexcept;

// The money has come and stayed, at least in part.
bool is_paid(TransactionStatus status) noexcept;

} // namespace ciclo::model
