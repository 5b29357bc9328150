#pragma once

#include "postgres/connection.hpp"

#include <cstdint>
#include <string>
#include <vector>

// Buyers that Hotmart knows from before, as candidates for an account: read from hotmart_buyers.
namespace ciclo::model {

struct HistoricalBuyer {
    std::string id; // of the row; pages go on after it
    std::string email;
    std::string name;
    std::string phone;
    bool has_account = false;             // that did not come from here
    std::vector<std::string> product_ids; // active products of ours that the purchase gives; empty: none matches
};

// Active buyers in the order of their ids. `product_id` of ours limits them; empty: all.
std::vector<HistoricalBuyer> active_buyers(postgres::Connection& connection, const std::string& product_id,
                                           const std::string& after, int most);

std::int64_t count_active_buyers(postgres::Connection& connection);

} // namespace ciclo::model
