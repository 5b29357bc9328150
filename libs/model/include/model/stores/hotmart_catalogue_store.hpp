#pragma once

#include "postgres/connection.hpp"

#include <span>
#include <string>
#include <vector>

// What Hotmart's catalogue tells about products and offers. Ours says more, so nothing of it is overwritten.
namespace ciclo::model {

struct HotmartProduct {
    std::string id;
    std::string ucode;
    std::string name;
};

struct ProductsWritten {
    std::size_t inserted = 0;    // new ones arrive inactive: nobody gets access by them until a person says so
    std::size_t identifiers = 0; // ucodes that were not known yet
};

ProductsWritten write_hotmart_products(postgres::Connection& connection, std::span<const HotmartProduct> products);

// Our product with this Hotmart id; empty when there is none.
std::string product_of_hotmart_id(postgres::Connection& connection, const std::string& hotmart_product_id);

struct HotmartOffer {
    std::string code;
    std::string name;
    std::string price; // decimal text
    std::string currency;
    bool is_main = false;
};

// The price of an offer that was sold stays what it was sold for. Answers how many rows were written.
std::size_t write_hotmart_offers(postgres::Connection& connection, const std::string& product_id,
                                 std::span<const HotmartOffer> offers);

} // namespace ciclo::model
