#include "model/stores/money_audit.hpp"

namespace ciclo::model {

namespace {

constexpr const char* audit_sql = R"sql(
    WITH recomputed AS (
        SELECT user_id, currency, sum(greatest(paid_amount - refunded_amount, 0)) AS amount
        FROM transactions
        WHERE status IN ('APPROVED', 'COMPLETED', 'PARTIALLY_REFUNDED', 'REFUNDED') AND currency IS NOT NULL
        GROUP BY user_id, currency HAVING sum(greatest(paid_amount - refunded_amount, 0)) > 0
    ), kept AS (
        SELECT user_id, currency, amount FROM user_ltv
    )
    SELECT user_id, currency, coalesce(kept.amount, 0), coalesce(recomputed.amount, 0)
    FROM kept FULL JOIN recomputed USING (user_id, currency)
    WHERE coalesce(kept.amount, 0) <> coalesce(recomputed.amount, 0)
    UNION ALL
    SELECT users.id, $1, users.ltv, coalesce(recomputed.amount, 0)
    FROM users LEFT JOIN recomputed ON recomputed.user_id = users.id AND recomputed.currency = $1
    WHERE users.ltv <> coalesce(recomputed.amount, 0)
    LIMIT 1000
)sql";

constexpr const char* count_sql = "SELECT count(DISTINCT user_id) FROM user_ltv";

} // namespace

MoneyAudit audit_money(postgres::Connection& connection, const std::string& base_currency)
{
    const auto rows = connection.execute(audit_sql, {base_currency});
    MoneyAudit audit;
    audit.students = connection.execute(count_sql).int64(0, 0);
    for (std::size_t i = 0; i < rows.size(); ++i)
        audit.differences.push_back({rows.text(i, 0), rows.text(i, 1), rows.text(i, 2), rows.text(i, 3)});
    return audit;
}

} // namespace ciclo::model
