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
    std::string access_rules; // JSON array of {"id", "kind", "value"}
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

bool class_exists(postgres::Connection& connection, const std::string& id);

struct AccessRule {
    std::string id;
    std::string product_id;
    std::string kind;
    std::string value;
};
std::optional<AccessRule> find_access_rule(postgres::Connection& connection, const std::string& id);
// Answers the rule's id; `duplicate`, not_found for a product or a class that does not exist.
Result<std::string> add_access_rule(postgres::Connection& connection, const AccessRule& rule);
Result<void> change_access_rule(postgres::Connection& connection, const AccessRule& rule);
bool delete_access_rule(postgres::Connection& connection, const std::string& id);

// Everybody with access to the product is folded and reconciled again. Answers how many that are.
std::int64_t apply_to_present_students(postgres::Connection& connection, const std::string& product_id,
                                       const std::string& correlation_id);

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
