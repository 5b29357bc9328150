#pragma once

#include "model/rules/catalogue.hpp"
#include "postgres/connection.hpp"

#include <cstdint>
#include <string>
#include <vector>

// Products, their identifiers and access rules.
namespace ciclo::model {

Catalogue load_catalogue(postgres::Connection& connection);

// Keeps the catalogue in memory and reads it again when somebody has changed it.
class CatalogueCache {
public:
    const Catalogue& current(postgres::Connection& connection);

private:
    Catalogue catalogue_;
    std::int64_t version_ = -1;
};

struct NewProduct {
    std::string name;
    int priority = 0;
    std::vector<std::pair<std::string, std::string>> identifiers; // kind, value
    std::vector<std::string> discord_roles;
    std::vector<std::string> classes{}; // ids
    int access_days = 0;                // 0: without end
    std::vector<std::string> manychat_tags{};
    std::vector<std::string> manychat_flows{}; // ids
};

// Answers the product's id; `duplicate` naming the identifier and its product when one is taken.
Result<std::string> add_product(postgres::Connection& connection, const NewProduct& product);

// `duplicate` when the identifier names another product now. One that was removed may be given to any product;
// what was sold by it before goes along.
Result<void> add_identifier(postgres::Connection& connection, const std::string& product_id, const std::string& kind,
                            const std::string& value);

// Who keeps the access that a tidied catalogue would give to nobody new.
struct Holders {
    std::string product_id;
    std::int64_t students; // with access to it now
};

// From now on; sales made before keep what they gave. `not_found` when there is no such name.
Result<Holders> remove_identifier(postgres::Connection& connection, const std::string& kind, const std::string& value);
Result<Holders> remove_mapping(postgres::Connection& connection, const std::string& source_hotmart_product_id,
                               const std::string& target_product_id);
Result<Holders> set_product_active(postgres::Connection& connection, const std::string& product_id, bool active);

// A sale of the Hotmart product also gives the target product. `duplicate` when it is so already.
Result<void> map_product(postgres::Connection& connection, const std::string& source_hotmart_product_id,
                         const std::string& target_product_id);

// Answers the class's id.
std::string add_class(postgres::Connection& connection, const std::string& name);

struct ProductSummary {
    std::string id;
    std::string name;
    int priority;
    bool active;
    std::string identifiers; // "product.id=4100200, offer.code=cl9mensal"
    std::string roles;
    std::int64_t active_students;
};

std::vector<ProductSummary> list_products(postgres::Connection& connection);

} // namespace ciclo::model
