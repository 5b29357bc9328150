#pragma once

#include "model/rules/catalogue.hpp"
#include "postgres/connection.hpp"

#include <cstdint>
#include <string>
#include <vector>

// Sales that no active product matched: people paid for something without a rule.
namespace ciclo::model {

struct UnmappedSales {
    std::string candidates; // all identifiers that were tried, one a line
    std::int64_t people = 0;
    std::int64_t sales = 0;
    std::string since; // of the oldest, ISO 8601
};

// Grouped by what they are called, most people first; at most a thousand groups.
std::vector<UnmappedSales> list_unmapped_sales(postgres::Connection& connection);

struct ServableSale {
    std::string transaction;
    std::string user_id;
    std::string product_id;
    std::string matched_by;
    bool is_paid = false; // gives access now
};

// Those that the catalogue can match now.
std::vector<ServableSale> servable_sales(postgres::Connection& connection, const Catalogue& catalogue);

// Has the students of these sales folded again, and the sales' events acted on. Answers their number; each is a student
// to ring for.
std::vector<std::string> serve_sales(postgres::Connection& connection, const std::vector<ServableSale>& sales);

} // namespace ciclo::model
