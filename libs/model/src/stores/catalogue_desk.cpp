#include "model/stores/catalogue_desk.hpp"

#include <fmt/core.h>

namespace ciclo::model {

namespace {

#define PRODUCT_COLUMNS                                                                                                \
    "id, name, priority, active, access_days, "                                                                        \
    "to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), "                                       \
    "(SELECT count(*) FROM enrollments WHERE product_id = products.id AND status = 'active'), "                        \
    "(SELECT count(*) FROM transactions WHERE product_id = products.id), "                                             \
    "(SELECT coalesce(jsonb_agg(jsonb_build_object('kind', kind, 'value', value) ORDER BY kind, value), '[]') "        \
    " FROM product_identifiers WHERE product_id = products.id AND removed_at IS NULL), "                               \
    "(SELECT coalesce(jsonb_agg(jsonb_build_object('id', rule.id, 'kind', kind, 'value', value) "                      \
    "                           ORDER BY kind, value), '[]') "                                                         \
    " FROM access_rules AS rule WHERE product_id = products.id AND applies_until IS NULL)"

constexpr const char* list_sql = "SELECT " PRODUCT_COLUMNS " FROM products ORDER BY priority DESC, name, id";
constexpr const char* find_sql = "SELECT " PRODUCT_COLUMNS " FROM products WHERE id = $1";

#undef PRODUCT_COLUMNS

constexpr const char* change_sql = R"sql(
    UPDATE products
    SET name = coalesce($2, name), priority = coalesce($3::int, priority),
        access_days = CASE WHEN $4::int IS NULL THEN access_days ELSE nullif($4::int, 0) END
    WHERE id = $1
)sql";
constexpr const char* delete_sql = "DELETE FROM products WHERE id = $1";
constexpr const char* has_identifier_sql = R"sql(
    SELECT FROM product_identifiers WHERE product_id = $1 AND kind = $2 AND value = $3 AND removed_at IS NULL
)sql";

#define MAPPINGS                                                                                                       \
    "SELECT mapping.id, source_hotmart_product_id, target_product_id, name, "                                          \
    "to_char(mapping.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), "                               \
    "(SELECT count(*) FROM hotmart_buyers WHERE hotmart_product_id = source_hotmart_product_id) "                      \
    "FROM hotmart_product_mapping AS mapping JOIN products ON products.id = target_product_id "                        \
    "WHERE removed_at IS NULL "
constexpr const char* list_mappings_sql = MAPPINGS "ORDER BY source_hotmart_product_id, name, mapping.id";
constexpr const char* find_mapping_sql = MAPPINGS "AND mapping.id = $1";
#undef MAPPINGS

ProductView read_product(const postgres::Rows& rows, std::size_t row)
{
    ProductView product;
    product.id = rows.text(row, 0);
    product.name = rows.text(row, 1);
    product.priority = rows.int64(row, 2);
    product.active = rows.boolean(row, 3);
    if (!rows.is_null(row, 4))
        product.access_days = rows.int64(row, 4);
    product.created_at = rows.text(row, 5);
    product.active_students = rows.int64(row, 6);
    product.sales = rows.int64(row, 7);
    product.identifiers = rows.text(row, 8);
    product.access_rules = rows.text(row, 9);
    return product;
}

MappingView read_mapping(const postgres::Rows& rows, std::size_t row)
{
    return {rows.text(row, 0), rows.text(row, 1), rows.text(row, 2),
            rows.text(row, 3), rows.text(row, 4), rows.int64(row, 5)};
}

Error no_product(const std::string& id)
{
    return Error{ErrorKind::not_found, fmt::format("There is no product {}.", id), {}};
}

constexpr std::string_view foreign_key_violation = "23503";

} // namespace

std::vector<ProductView> list_product_views(postgres::Connection& connection)
{
    const auto rows = connection.execute(list_sql);
    std::vector<ProductView> products;
    for (std::size_t i = 0; i < rows.size(); ++i)
        products.push_back(read_product(rows, i));
    return products;
}

std::optional<ProductView> find_product(postgres::Connection& connection, const std::string& id)
{
    const auto rows = connection.execute(find_sql, {id});
    return rows.empty() ? std::nullopt : std::optional{read_product(rows, 0)};
}

Result<void> change_product(postgres::Connection& connection, const std::string& id, const ProductChange& change)
{
    const auto number = [](const std::optional<std::int64_t>& value) {
        return value ? postgres::Param{*value} : postgres::Param{std::nullopt};
    };
    const auto changed =
        connection.execute(change_sql, {id, change.name, number(change.priority), number(change.access_days)});
    if (changed.affected() == 0)
        return no_product(id);
    return {};
}

Result<void> delete_product(postgres::Connection& connection, const std::string& id)
{
    try {
        if (connection.execute(delete_sql, {id}).affected() == 0)
            return no_product(id);
        return {};
    } catch (const postgres::Failure& failure) {
        if (failure.sqlstate() != foreign_key_violation)
            throw;
        return Error{ErrorKind::refused,
                     "The product has students or sales, which would lose their meaning. Switch it off instead: "
                     "PATCH with {\"active\": false}.",
                     {}};
    }
}

bool has_identifier(postgres::Connection& connection, const std::string& product_id, const std::string& kind,
                    const std::string& value)
{
    return !connection.execute(has_identifier_sql, {product_id, kind, value}).empty();
}

std::vector<MappingView> list_mappings(postgres::Connection& connection)
{
    const auto rows = connection.execute(list_mappings_sql);
    std::vector<MappingView> mappings;
    for (std::size_t i = 0; i < rows.size(); ++i)
        mappings.push_back(read_mapping(rows, i));
    return mappings;
}

std::optional<MappingView> find_mapping(postgres::Connection& connection, const std::string& id)
{
    const auto rows = connection.execute(find_mapping_sql, {id});
    return rows.empty() ? std::nullopt : std::optional{read_mapping(rows, 0)};
}

} // namespace ciclo::model
