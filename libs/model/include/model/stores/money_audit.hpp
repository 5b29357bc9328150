#pragma once

#include "postgres/connection.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace ciclo::model {

struct MoneyDifference {
    std::string user_id;
    std::string currency;
    std::string kept;       // decimal text
    std::string recomputed; // from the transactions
};

struct MoneyAudit {
    std::int64_t students = 0;                // with any money
    std::vector<MoneyDifference> differences; // at most a thousand
};

// Recomputes every LTV from the transactions, in SQL and so independently of the fold.
MoneyAudit audit_money(postgres::Connection& connection, const std::string& base_currency);

} // namespace ciclo::model
