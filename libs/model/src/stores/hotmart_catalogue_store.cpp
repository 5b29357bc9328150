#include "model/stores/hotmart_catalogue_store.hpp"

#include "core/uuid.hpp"

namespace ciclo::model {

namespace {

using postgres::TextArray;

constexpr const char* owner_sql = "SELECT product_id FROM product_identifiers WHERE kind = 'product.id' AND value = $1";
constexpr const char* ucode_sql =
    "SELECT product_id FROM product_identifiers WHERE kind = 'product.ucode' AND value = $1";
constexpr const char* insert_product_sql = "INSERT INTO products (id, name, active) VALUES ($1, $2, false)";
constexpr const char* identify_sql = R"sql(
    INSERT INTO product_identifiers (kind, value, product_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
)sql";

constexpr const char* offers_sql = R"sql(
    INSERT INTO offers AS offer (product_id, code, name, price, currency, is_main)
    SELECT $1::uuid, code, name, price::numeric, currency, is_main::boolean
    FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
        AS new (code, name, price, currency, is_main)
    WHERE NOT EXISTS (
        SELECT FROM offers AS old WHERE old.product_id = $1::uuid AND old.code = new.code
        AND (old.name, old.is_main) IS NOT DISTINCT FROM (new.name, new.is_main::boolean)
        AND (old.last_sold_at IS NOT NULL
             OR (old.price, old.currency) IS NOT DISTINCT FROM (new.price::numeric, new.currency)))
    ON CONFLICT (product_id, code) DO UPDATE
    SET name = excluded.name, is_main = excluded.is_main,
        price = CASE WHEN offer.last_sold_at IS NULL THEN excluded.price ELSE offer.price END,
        currency = CASE WHEN offer.last_sold_at IS NULL THEN excluded.currency ELSE offer.currency END
)sql";

} // namespace

ProductsWritten write_hotmart_products(postgres::Connection& connection, std::span<const HotmartProduct> products)
{
    ProductsWritten written;
    for (const HotmartProduct& product : products) {
        const auto by_id = connection.execute(owner_sql, {product.id});
        const auto by_ucode = product.ucode.empty() ? by_id : connection.execute(ucode_sql, {product.ucode});
        std::string owner = !by_id.empty() ? by_id.text(0, 0) : !by_ucode.empty() ? by_ucode.text(0, 0) : std::string{};
        if (owner.empty()) {
            owner = new_uuid();
            connection.execute(insert_product_sql, {owner, product.name.empty() ? product.id : product.name});
            ++written.inserted;
        }
        if (by_id.empty())
            written.identifiers += connection.execute(identify_sql, {"product.id", product.id, owner}).affected();
        if (!product.ucode.empty() && by_ucode.empty())
            written.identifiers += connection.execute(identify_sql, {"product.ucode", product.ucode, owner}).affected();
    }
    return written;
}

std::string product_of_hotmart_id(postgres::Connection& connection, const std::string& hotmart_product_id)
{
    const auto rows = connection.execute(owner_sql, {hotmart_product_id});
    return rows.empty() ? std::string{} : rows.text(0, 0);
}

std::size_t write_hotmart_offers(postgres::Connection& connection, const std::string& product_id,
                                 std::span<const HotmartOffer> offers)
{
    TextArray codes;
    TextArray names;
    TextArray prices;
    TextArray currencies;
    TextArray mains;
    for (const HotmartOffer& offer : offers) {
        codes.add(std::string_view{offer.code});
        names.add_or_null(offer.name);
        prices.add_or_null(offer.price);
        currencies.add_or_null(offer.currency);
        mains.add(offer.is_main ? "t" : "f");
    }
    return connection.execute(offers_sql, {product_id, codes, names, prices, currencies, mains}).affected();
}

} // namespace ciclo::model
