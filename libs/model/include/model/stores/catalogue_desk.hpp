#pragma once

#include "core/result.hpp"
#include "postgres/connection.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// The catalogue as people look at it and change it, beside what catalogue_store.hpp offers.
namespace ciclo::model {

struct ProductView {
    std::string id;
    std::string name;
    std::int64_t priority = 0;
    bool active = true;
    std::optional<std::int64_t> access_days;
    std::string created_at;
    std::int64_t active_students = 0;
    std::int64_t sales = 0;
    std::string identifiers;  // JSON array of {"kind", "value"}
    std::string access_rules; // those that have not ended, JSON array of {"id", "kind", "value"}
};

// By priority, the highest first.
std::vector<ProductView> list_product_views(postgres::Connection& connection);
std::optional<ProductView> find_product(postgres::Connection& connection, const std::string& id);

struct ProductChange {
    std::optional<std::string> name;
    std::optional<std::int64_t> priority;
    std::optional<std::int64_t> access_days; // 0: without end
};
// not_found.
Result<void> change_product(postgres::Connection& connection, const std::string& id, const ProductChange& change);

// not_found; `refused` when something was ever sold by it: switch it off instead.
Result<void> delete_product(postgres::Connection& connection, const std::string& id);

bool has_identifier(postgres::Connection& connection, const std::string& product_id, const std::string& kind,
                    const std::string& value);

struct MappingView {
    std::string id;
    std::string source_hotmart_product_id;
    std::string target_product_id;
    std::string target_name;
    std::string created_at;
    std::int64_t buyers = 0; // known buyers of the source
};
std::vector<MappingView> list_mappings(postgres::Connection& connection);
std::optional<MappingView> find_mapping(postgres::Connection& connection, const std::string& id);

} // namespace ciclo::model
