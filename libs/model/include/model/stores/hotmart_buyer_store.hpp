#pragma once

#include "core/time.hpp"
#include "model/rules/hotmart_buyer.hpp"
#include "postgres/connection.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

// Everybody who ever bought something, with or without an account: table hotmart_buyers.
namespace ciclo::model {

struct BuyersWritten {
    std::size_t inserted = 0;
    std::size_t updated = 0;
};

// Compares one page of a product's sales with what is kept and writes only what differs. For one writer at a time; the
// sales of a product come in the order of weight_of(), so that a payment taken back makes room for an older one.
BuyersWritten write_buyers(postgres::Connection& connection, const std::string& hotmart_product_id,
                           std::span<const BuyerSale> sales, Time now);

struct BuyerPhone {
    std::string email; // lower case
    std::string transaction;
    std::string phone; // not empty
};

// A phone of another sale than the deciding one only fills a gap. Answers how many buyers changed.
std::size_t write_buyer_phones(postgres::Connection& connection, const std::string& hotmart_product_id,
                               std::span<const BuyerPhone> phones, Time now);

std::int64_t count_buyers(postgres::Connection& connection, std::span<const std::string> hotmart_product_ids);

// The Hotmart ids of the active products, in a stable order; with a product of ours, only its own.
std::vector<std::string> active_hotmart_products(postgres::Connection& connection, std::string_view product_id = {});

struct CourseOfBuyer {
    std::string product_id;
    std::string product_name;
    bool product_active;
    std::string hotmart_product_id; // what was bought
    std::string status;
    bool by_mapping;            // false: the course is the product itself
    std::string last_synced_at; // ISO 8601
};

// Which courses an e-mail has: buyers, what their products map to, and the products.
std::vector<CourseOfBuyer> courses_of_email(postgres::Connection& connection, std::string_view email);

} // namespace ciclo::model
