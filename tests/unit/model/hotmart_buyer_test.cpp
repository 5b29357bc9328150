#include "model/rules/hotmart_buyer.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace ciclo;
using namespace ciclo::model;
using namespace std::chrono_literals;

namespace {

const Time start = *time_from_text("2026-01-01T00:00:00Z");

BuyerSale sale(std::string transaction, TransactionStatus status, int day)
{
    return BuyerSale{"rita@example.com", "Rita", std::move(transaction), status, start + std::chrono::days{day}};
}

} // namespace

TEST_CASE("the latest payment decides, whatever the order in which sales are seen", "[buyers]")
{
    std::vector<BuyerSale> sales{
        sale("HP1", TransactionStatus::completed, 1), sale("HP2", TransactionStatus::refunded, 30),
        sale("HP3", TransactionStatus::cancelled, 60), // refused by the bank: says nothing about the others
        sale("HP4", TransactionStatus::pending, 61)};
    std::sort(sales.begin(), sales.end(), [](const auto& a, const auto& b) { return a.transaction < b.transaction; });
    do {
        CHECK(deciding_sales(sales).at("rita@example.com").transaction == "HP2");
    } while (std::next_permutation(sales.begin(), sales.end(),
                                   [](const auto& a, const auto& b) { return a.transaction < b.transaction; }));
}

TEST_CASE("without any payment the latest attempt decides", "[buyers]")
{
    const std::vector<BuyerSale> sales{sale("HP2", TransactionStatus::pending, 9),
                                       sale("HP1", TransactionStatus::expired, 2)};
    CHECK(deciding_sales(sales).at("rita@example.com").transaction == "HP2");
}

TEST_CASE("the newer status of the deciding sale replaces the older one, also a lighter one", "[buyers]")
{
    const BuyerState present{"Rita", "HP1", TransactionStatus::approved, 1, start};
    CHECK(decides(sale("HP1", TransactionStatus::cancelled, 0), present));
    CHECK_FALSE(decides(sale("HP0", TransactionStatus::cancelled, 9), present));
    CHECK(decides(sale("HP2", TransactionStatus::overdue, 9), present));
}
