#include "model/stores/unmapped_sales.hpp"

#include "core/text.hpp"
#include "core/time.hpp"
#include "core/uuid.hpp"
#include "model/stores/reconciliation_store.hpp"

#include <set>

namespace ciclo::model {

namespace {

constexpr const char* list_sql = R"sql(
    SELECT candidates, count(DISTINCT user_id), count(*), min(coalesce(ordered_at, updated_at))
    FROM transactions
    WHERE product_id IS NULL AND status IN ('APPROVED', 'COMPLETED', 'PARTIALLY_REFUNDED')
    GROUP BY candidates ORDER BY 2 DESC, 3 DESC LIMIT 1000
)sql";

constexpr const char* open_sql = R"sql(
    SELECT code, user_id, candidates, coalesce(ordered_at, approved_at, updated_at),
           status IN ('APPROVED', 'COMPLETED', 'PARTIALLY_REFUNDED')
    FROM transactions WHERE product_id IS NULL
)sql";

// Their events are acted on again, so that none of them is left as a failure.
constexpr const char* requeue_sql = R"sql(
    UPDATE webhook_events AS event SET status = 'received', attempts = 0, next_attempt_at = now(), outcome = NULL
    FROM unnest($1::text[], $2::text[]) AS served (user_id, code)
    JOIN facts ON facts.user_id = served.user_id::uuid AND facts.body::jsonb ->> 'transaction' = served.code
    WHERE event.id = facts.id AND event.status = 'unprocessed'
)sql";

std::vector<Candidate> read_candidates(std::string_view lines)
{
    std::vector<Candidate> candidates;
    for (const auto& line : split(lines, '\n'))
        if (const auto equals = line.find('='); equals != std::string::npos)
            candidates.push_back(Candidate{line.substr(0, equals), line.substr(equals + 1)});
    return candidates;
}

} // namespace

std::vector<UnmappedSales> list_unmapped_sales(postgres::Connection& connection)
{
    const auto rows = connection.execute(list_sql);
    std::vector<UnmappedSales> sales;
    for (std::size_t i = 0; i < rows.size(); ++i)
        sales.push_back({rows.text(i, 0), rows.int64(i, 1), rows.int64(i, 2),
                         to_iso8601(time_from_text(rows.view(i, 3)).value_or(Time{}))});
    return sales;
}

std::vector<ServableSale> servable_sales(postgres::Connection& connection, const Catalogue& catalogue)
{
    const auto rows = connection.execute(open_sql);
    std::vector<ServableSale> servable;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto candidates = read_candidates(rows.view(i, 2));
        const Time sold_at = time_from_text(rows.view(i, 3)).value_or(Time{});
        if (const auto match = catalogue.resolve(candidates, sold_at))
            servable.push_back(
                {rows.text(i, 0), rows.text(i, 1), match->product->id, match->matched_by, rows.boolean(i, 4)});
        else if (const auto mapped = catalogue.further_products(candidates); !mapped.empty())
            servable.push_back(
                {rows.text(i, 0), rows.text(i, 1), mapped.front(), "hotmart_product_mapping", rows.boolean(i, 4)});
    }
    return servable;
}

std::vector<std::string> serve_sales(postgres::Connection& connection, const std::vector<ServableSale>& sales)
{
    std::set<std::string> users;
    for (const ServableSale& sale : sales)
        users.insert(sale.user_id);
    const std::string correlation_id = new_uuid();
    std::vector<WantedReconciliation> wanted;
    for (const auto& user : users)
        wanted.push_back({user, "lifecycle", correlation_id});
    if (wanted.empty())
        return {};
    postgres::TextArray owners;
    postgres::TextArray codes;
    for (const ServableSale& sale : sales) {
        owners.add(std::string_view{sale.user_id});
        codes.add(std::string_view{sale.transaction});
    }
    const postgres::Statement statements[] = {want_reconciliations(wanted), {requeue_sql, {owners, codes}}};
    connection.pipeline(statements);
    return {users.begin(), users.end()};
}

} // namespace ciclo::model
