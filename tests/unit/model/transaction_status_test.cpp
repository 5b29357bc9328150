#include "model/rules/transaction_status.hpp"

#include <catch2/catch.hpp>

using namespace ciclo::model;

namespace {

struct Spelling {
    const char* hotmart;
    const char* ours;
};

} // namespace

TEST_CASE("every spelling of a status that Hotmart uses has its meaning", "[model][status]")
{
    const auto [hotmart, ours] = GENERATE(values<Spelling>({
        {"APPROVED", "APPROVED"},
        {"PAID", "APPROVED"},
        {"COMPLETED", "COMPLETED"},
        {"COMPLETE", "COMPLETED"},
        {"REFUNDED", "REFUNDED"},
        {"CHARGEBACK", "REFUNDED"},
        {"PARTIALLY_REFUNDED", "PARTIALLY_REFUNDED"},
        {"CANCELLED", "CANCELLED"},
        {"CANCELED", "CANCELLED"},
        {"UNDER_ANALYSIS", "DISPUTE"},
        {"UNDER_ANALISYS", "DISPUTE"},
        {"IN_DISPUTE", "DISPUTE"},
        {"PROTESTED", "DISPUTE"},
        {"DISPUTE", "DISPUTE"},
        {"WAITING_PAYMENT", "PENDING"},
        {"PENDING_PAYMENT", "PENDING"},
        {"BILLET_PRINTED", "PENDING"},
        {"PRINTED_BILLET", "PENDING"},
        {"OVERDUE", "OVERDUE"},
        {"DELAYED", "OVERDUE"},
        {"EXPIRED", "EXPIRED"},
        // Anything else, be it documented without a meaning for us, misspelt or new.
        {"BLOCKED", "PENDING"},
        {"NO_FUNDS", "PENDING"},
        {"PRE_ORDER", "PENDING"},
        {"PROCESSING_TRANSACTION", "PENDING"},
        {"STARTED", "PENDING"},
        {"approved", "PENDING"},
        {"APPROVED ", "PENDING"},
        {"", "PENDING"},
        {"SOMETHING_NEW", "PENDING"},
    }));
    CAPTURE(hotmart);

    CHECK(to_string(status_from_hotmart(hotmart)) == ours);
}

TEST_CASE("money has come and stayed when approved, completed or refunded in part", "[model][status]")
{
    using enum TransactionStatus;
    for (const auto status : {approved, completed, partially_refunded})
        CHECK(is_paid(status));
    for (const auto status : {pending, refunded, cancelled, dispute, overdue, expired})
        CHECK_FALSE(is_paid(status));
}

TEST_CASE("our own name of a status is understood as that status", "[model][status]")
{
    using enum TransactionStatus;
    for (const auto status :
         {pending, approved, completed, refunded, partially_refunded, cancelled, dispute, overdue, expired})
        CHECK(status_from_hotmart(to_string(status)) == status);
}
