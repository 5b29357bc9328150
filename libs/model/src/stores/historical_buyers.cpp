#include "model/stores/historical_buyers.hpp"

#include "core/text.hpp"

namespace ciclo::model {

namespace {

// Somebody whom an earlier page or run has made a student counts as without an account: the next product is theirs,
// too.
constexpr const char* page_sql = R"sql(
    SELECT buyer.id, buyer.email, buyer.name, buyer.phone,
           EXISTS (SELECT FROM user_emails AS known
                   WHERE known.email = buyer.email
                     AND NOT EXISTS (SELECT FROM facts
                                     WHERE facts.user_id = known.user_id AND type = 'HISTORICAL_BUYER')),
           (SELECT coalesce(string_agg(DISTINCT given.product_id::text, ','), '')
            FROM (SELECT product_id FROM product_identifiers
                  WHERE kind = 'product.id' AND value = buyer.hotmart_product_id
                  UNION SELECT target_product_id FROM hotmart_product_mapping
                  WHERE source_hotmart_product_id = buyer.hotmart_product_id) AS given
            JOIN products ON products.id = given.product_id
            WHERE products.active AND ($2 = '' OR products.id = nullif($2, '')::uuid))
    FROM hotmart_buyers AS buyer
    WHERE buyer.id > coalesce(nullif($1, ''), '00000000-0000-0000-0000-000000000000')::uuid
      AND buyer.status IN ('APPROVED', 'COMPLETED', 'PARTIALLY_REFUNDED')
    ORDER BY buyer.id LIMIT $3::int
)sql";

constexpr const char* count_sql =
    "SELECT count(*) FROM hotmart_buyers WHERE status IN ('APPROVED', 'COMPLETED', 'PARTIALLY_REFUNDED')";

} // namespace

std::vector<HistoricalBuyer> active_buyers(postgres::Connection& connection, const std::string& product_id,
                                           const std::string& after, int most)
{
    const auto rows = connection.execute(page_sql, {after, product_id, most});
    std::vector<HistoricalBuyer> buyers;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        HistoricalBuyer buyer{rows.text(i, 0), rows.text(i, 1),    rows.text(i, 2),
                              rows.text(i, 3), rows.boolean(i, 4), {}};
        if (!rows.view(i, 5).empty())
            buyer.product_ids = split(rows.view(i, 5), ',');
        buyers.push_back(std::move(buyer));
    }
    return buyers;
}

std::int64_t count_active_buyers(postgres::Connection& connection)
{
    return connection.execute(count_sql).int64(0, 0);
}

} // namespace ciclo::model
