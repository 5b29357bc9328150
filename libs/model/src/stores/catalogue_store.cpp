#include "model/stores/catalogue_store.hpp"

#include "core/uuid.hpp"

#include <fmt/core.h>

namespace ciclo::model {

namespace {

constexpr const char* version_sql = "SELECT version FROM catalogue_version";
constexpr const char* products_sql = "SELECT id, name, priority, active, deactivated_at, access_days FROM products";
constexpr const char* identifiers_sql =
    "SELECT kind, value, product_id FROM product_identifiers WHERE removed_at IS NULL";
constexpr const char* rules_sql =
    "SELECT product_id, kind, value, applies_from, applies_until, extended_at FROM access_rules "
    "WHERE kind <> 'manychat_tag' ORDER BY product_id, kind, value, id";
constexpr const char* mappings_sql = R"sql(
    SELECT source_hotmart_product_id, target_product_id FROM hotmart_product_mapping WHERE removed_at IS NULL
    ORDER BY created_at, id
)sql";

constexpr const char* insert_product_sql = R"sql(
    INSERT INTO products (id, name, priority, access_days) VALUES ($1, $2, $3, nullif($4::int, 0))
)sql";
constexpr const char* insert_role_sql =
    "INSERT INTO access_rules (id, product_id, kind, value) VALUES ($1, $2, 'discord_role', $3)";
constexpr const char* insert_identifier_sql = R"sql(
    INSERT INTO product_identifiers AS old (kind, value, product_id) VALUES ($1, $2, $3)
    ON CONFLICT (kind, value) DO UPDATE SET product_id = excluded.product_id, removed_at = NULL
    WHERE old.removed_at IS NOT NULL
)sql";
constexpr const char* remove_identifier_sql = R"sql(
    UPDATE product_identifiers SET removed_at = now() WHERE kind = $1 AND value = $2 AND removed_at IS NULL
    RETURNING product_id
)sql";
constexpr const char* remove_mapping_sql = R"sql(
    UPDATE hotmart_product_mapping SET removed_at = now()
    WHERE source_hotmart_product_id = $1 AND target_product_id = $2 AND removed_at IS NULL
    RETURNING target_product_id
)sql";
constexpr const char* activate_sql = R"sql(
    UPDATE products SET active = $2::boolean, deactivated_at = CASE WHEN $2::boolean THEN NULL ELSE now() END
    WHERE id = $1 AND active <> $2::boolean
)sql";
constexpr const char* exists_sql = "SELECT FROM products WHERE id = $1";
constexpr const char* holders_sql = "SELECT count(*) FROM enrollments WHERE product_id = $1 AND status = 'active'";
constexpr const char* insert_mapping_sql = R"sql(
    INSERT INTO hotmart_product_mapping AS old (id, source_hotmart_product_id, target_product_id) VALUES ($1, $2, $3)
    ON CONFLICT (source_hotmart_product_id, target_product_id) DO UPDATE SET removed_at = NULL
    WHERE old.removed_at IS NOT NULL
)sql";
constexpr const char* insert_class_sql = "INSERT INTO classes (id, name) VALUES ($1, $2)";
constexpr const char* insert_class_rule_sql =
    "INSERT INTO access_rules (id, product_id, kind, value) VALUES ($1, $2, 'class_enrollment', $3)";
constexpr const char* insert_rule_sql =
    "INSERT INTO access_rules (id, product_id, kind, value) VALUES ($1, $2, $3, $4)";
constexpr const char* owner_sql = R"sql(
    SELECT product.id, product.name FROM product_identifiers JOIN products AS product ON product.id = product_id
    WHERE kind = $1 AND value = $2
)sql";
constexpr const char* list_sql = R"sql(
    SELECT id, name, priority, active,
           (SELECT string_agg(kind || '=' || value || CASE WHEN removed_at IS NULL THEN '' ELSE ' (removed)' END, ', '
                              ORDER BY kind, value)
            FROM product_identifiers WHERE product_id = products.id),
           (SELECT string_agg(value, ', ' ORDER BY value)
            FROM access_rules
            WHERE product_id = products.id AND kind = 'discord_role' AND applies_until IS NULL),
           (SELECT count(*) FROM enrollments WHERE product_id = products.id AND status = 'active')
    FROM products ORDER BY priority DESC, name
)sql";

std::vector<Entitlement>& rules_of_kind(Product& product, std::string_view kind)
{
    if (kind == "discord_role")
        return product.discord_roles;
    return kind == "manychat_flow" ? product.manychat_flows : product.classes;
}

Result<void> identify(postgres::Connection& connection, const std::string& product_id, const std::string& kind,
                      const std::string& value)
{
    if (connection.execute(insert_identifier_sql, {kind, value, product_id}).affected() == 1)
        return {};
    const auto owner = connection.execute(owner_sql, {kind, value});
    return Error{ErrorKind::duplicate, fmt::format("{}={} already belongs to product \"{}\" ({})", kind, value,
                                                   owner.view(0, 1), owner.view(0, 0))};
}

Result<Holders> holders_of(postgres::Connection& connection, const postgres::Rows& changed, std::string_view what)
{
    if (changed.empty())
        return Error{ErrorKind::not_found, fmt::format("{} is not in the catalogue", what), {}};
    const std::string product_id = changed.text(0, 0);
    return Holders{product_id, connection.execute(holders_sql, {product_id}).int64(0, 0)};
}

} // namespace

Catalogue load_catalogue(postgres::Connection& connection)
{
    const postgres::Statement statements[] = {
        {products_sql, {}}, {identifiers_sql, {}}, {rules_sql, {}}, {mappings_sql, {}}};
    const auto answers = connection.pipeline(statements);
    const auto& [products, identifiers, rules, mappings] = std::tie(answers[0], answers[1], answers[2], answers[3]);

    std::map<std::string, Product> by_id;
    for (std::size_t i = 0; i < products.size(); ++i) {
        Product& product = by_id[products.text(i, 0)];
        product.id = products.text(i, 0);
        product.name = products.text(i, 1);
        product.priority = static_cast<int>(products.int64(i, 2));
        product.active = products.boolean(i, 3);
        product.deactivated_at = time_from_text(products.view(i, 4));
        if (!products.is_null(i, 5))
            product.access_days = static_cast<int>(products.int64(i, 5));
    }
    for (std::size_t i = 0; i < rules.size(); ++i) {
        Product& product = by_id.at(rules.text(i, 0));
        rules_of_kind(product, rules.view(i, 1))
            .push_back({rules.text(i, 2), time_from_text(rules.view(i, 3)), time_from_text(rules.view(i, 4)),
                        time_from_text(rules.view(i, 5))});
    }
    Catalogue catalogue;
    for (auto& [id, product] : by_id)
        catalogue.add(std::move(product));
    for (std::size_t i = 0; i < identifiers.size(); ++i)
        catalogue.identify(identifiers.text(i, 0), identifiers.text(i, 1), identifiers.text(i, 2));
    for (std::size_t i = 0; i < mappings.size(); ++i)
        catalogue.map(mappings.text(i, 0), mappings.text(i, 1));
    return catalogue;
}

const Catalogue& CatalogueCache::current(postgres::Connection& connection)
{
    // The version is read first: a change in between makes the next call read again, never too little.
    const std::int64_t version = connection.execute(version_sql).int64(0, 0);
    if (version != version_) {
        catalogue_ = load_catalogue(connection);
        version_ = version;
    }
    return catalogue_;
}

Result<std::string> add_product(postgres::Connection& connection, const NewProduct& product)
{
    postgres::Transaction transaction{connection};
    std::string id = new_uuid();
    connection.execute(insert_product_sql, {id, product.name, product.priority, product.access_days});
    for (const auto& [kind, value] : product.identifiers)
        if (auto taken = identify(connection, id, kind, value); taken.has_error())
            return taken.error();
    for (const auto& role : product.discord_roles)
        connection.execute(insert_role_sql, {new_uuid(), id, role});
    for (const auto& id_of_class : product.classes)
        connection.execute(insert_class_rule_sql, {new_uuid(), id, id_of_class});
    for (const auto& tag : product.manychat_tags)
        connection.execute(insert_rule_sql, {new_uuid(), id, "manychat_tag", tag});
    for (const auto& flow : product.manychat_flows)
        connection.execute(insert_rule_sql, {new_uuid(), id, "manychat_flow", flow});
    transaction.commit();
    return id;
}

Result<void> map_product(postgres::Connection& connection, const std::string& source_hotmart_product_id,
                         const std::string& target_product_id)
{
    const auto inserted =
        connection.execute(insert_mapping_sql, {new_uuid(), source_hotmart_product_id, target_product_id});
    if (inserted.affected() == 0)
        return Error{ErrorKind::duplicate, "this mapping is already there", {}};
    return {};
}

Result<void> add_identifier(postgres::Connection& connection, const std::string& product_id, const std::string& kind,
                            const std::string& value)
{
    if (connection.execute(exists_sql, {product_id}).empty())
        return Error{ErrorKind::not_found, fmt::format("there is no product {}", product_id), {}};
    return identify(connection, product_id, kind, value);
}

Result<Holders> remove_identifier(postgres::Connection& connection, const std::string& kind, const std::string& value)
{
    return holders_of(connection, connection.execute(remove_identifier_sql, {kind, value}), kind + "=" + value);
}

Result<Holders> remove_mapping(postgres::Connection& connection, const std::string& source_hotmart_product_id,
                               const std::string& target_product_id)
{
    return holders_of(connection,
                      connection.execute(remove_mapping_sql, {source_hotmart_product_id, target_product_id}),
                      "this mapping");
}

Result<Holders> set_product_active(postgres::Connection& connection, const std::string& product_id, bool active)
{
    if (connection.execute(exists_sql, {product_id}).empty())
        return Error{ErrorKind::not_found, fmt::format("there is no product {}", product_id), {}};
    connection.execute(activate_sql, {product_id, active});
    return Holders{product_id, connection.execute(holders_sql, {product_id}).int64(0, 0)};
}

std::string add_class(postgres::Connection& connection, const std::string& name)
{
    std::string id = new_uuid();
    connection.execute(insert_class_sql, {id, name});
    return id;
}

std::vector<ProductSummary> list_products(postgres::Connection& connection)
{
    const auto rows = connection.execute(list_sql);
    std::vector<ProductSummary> products;
    for (std::size_t i = 0; i < rows.size(); ++i)
        products.push_back(ProductSummary{rows.text(i, 0), rows.text(i, 1), static_cast<int>(rows.int64(i, 2)),
                                          rows.boolean(i, 3), rows.text(i, 4), rows.text(i, 5), rows.int64(i, 6)});
    return products;
}

} // namespace ciclo::model
