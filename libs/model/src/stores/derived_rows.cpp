#include "stores/derived_rows.hpp"

#include "model/policy.hpp"

#include <map>
#include <utility>

namespace ciclo::model {

namespace {

using postgres::Statement;
using postgres::TextArray;

constexpr const char* users_sql = R"sql(
    UPDATE users SET refold_at = new.refold_at::timestamptz, ltv = new.ltv::numeric, folded_under = new.folded_under
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS new (id, refold_at, ltv, folded_under)
    WHERE users.id = new.id::uuid
      AND (users.refold_at, users.ltv, users.folded_under)
          IS DISTINCT FROM (new.refold_at::timestamptz, new.ltv::numeric, new.folded_under)
)sql";

constexpr const char* ltv_sql = R"sql(
    WITH new AS (
        SELECT user_id::uuid, currency, amount::numeric FROM unnest($1::text[], $2::text[], $3::text[])
            AS told (user_id, currency, amount)
    )
    INSERT INTO user_ltv (user_id, currency, amount)
    SELECT new.* FROM new LEFT JOIN user_ltv AS old USING (user_id, currency)
    WHERE old.user_id IS NULL OR old.amount <> new.amount
    ON CONFLICT (user_id, currency) DO UPDATE SET amount = excluded.amount
)sql";

constexpr const char* drop_ltv_sql = R"sql(
    WITH new AS MATERIALIZED (
        SELECT user_id::uuid, currency FROM unnest($2::text[], $3::text[]) AS told (user_id, currency)
    )
    DELETE FROM user_ltv AS old WHERE user_id = ANY ($1::uuid[])
      AND NOT EXISTS (SELECT FROM new WHERE new.user_id = old.user_id AND new.currency = old.currency)
)sql";

// What no longer follows from any sale: an identifier was given to another product.
constexpr const char* drop_enrollments_sql = R"sql(
    WITH new AS MATERIALIZED (
        SELECT user_id::uuid, product_id::uuid FROM unnest($2::text[], $3::text[]) AS told (user_id, product_id)
    )
    DELETE FROM enrollments AS old WHERE user_id = ANY ($1::uuid[])
      AND NOT EXISTS (SELECT FROM new WHERE new.user_id = old.user_id AND new.product_id = old.product_id)
)sql";

// Taken away first: the one current row of a course may be about to become another one.
constexpr const char* drop_status_sql = R"sql(
    WITH new AS MATERIALIZED (
        SELECT user_id::uuid, product_id::uuid, valid_from::timestamptz
        FROM unnest($2::text[], $3::text[], $4::text[]) AS told (user_id, product_id, valid_from)
    )
    DELETE FROM student_course_status AS old WHERE user_id = ANY ($1::uuid[])
      AND NOT EXISTS (SELECT FROM new WHERE new.user_id = old.user_id AND new.product_id = old.product_id
                                        AND new.valid_from = old.valid_from)
)sql";

// A version that ends now is closed before its successor becomes the current one.
constexpr const char* close_status_sql = R"sql(
    UPDATE student_course_status AS old
    SET status = new.status, valid_to = new.valid_to::timestamptz, is_current = new.valid_to IS NULL
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
        AS new (user_id, product_id, status, valid_from, valid_to)
    WHERE old.user_id = new.user_id::uuid AND old.product_id = new.product_id::uuid
      AND old.valid_from = new.valid_from::timestamptz
      AND (old.status, old.valid_to) IS DISTINCT FROM (new.status, new.valid_to::timestamptz)
)sql";

constexpr const char* add_status_sql = R"sql(
    INSERT INTO student_course_status (user_id, product_id, status, valid_from, valid_to, is_current)
    SELECT new.user_id::uuid, new.product_id::uuid, new.status, new.valid_from::timestamptz,
           new.valid_to::timestamptz, new.valid_to IS NULL
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
        AS new (user_id, product_id, status, valid_from, valid_to)
    WHERE NOT EXISTS (SELECT FROM student_course_status AS old
                      WHERE old.user_id = new.user_id::uuid AND old.product_id = new.product_id::uuid
                        AND old.valid_from = new.valid_from::timestamptz)
)sql";

// The highest price of the latest day with a sale; the order of arrival does not matter. By the day, so that
// hardly any sale has to touch the one row that all sales of an offer share.
constexpr const char* offers_sql = R"sql(
    INSERT INTO offers AS offer (product_id, code, price, currency, last_sold_at)
    SELECT DISTINCT ON (product_id, code) product_id::uuid, code, price::numeric, currency, sold_at::timestamptz
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
        AS new (product_id, code, price, currency, sold_at)
    WHERE NOT EXISTS (SELECT FROM offers AS old WHERE old.product_id = new.product_id::uuid AND old.code = new.code
                      AND (old.last_sold_at, coalesce(old.price, -1), coalesce(old.currency, '') COLLATE "C") >=
                          (new.sold_at::timestamptz, new.price::numeric, new.currency COLLATE "C"))
    ORDER BY product_id, code, sold_at::timestamptz DESC, price::numeric DESC, currency COLLATE "C" DESC
    ON CONFLICT (product_id, code) DO UPDATE
    SET price = excluded.price, currency = excluded.currency, last_sold_at = excluded.last_sold_at
    WHERE offer.last_sold_at IS NULL
       OR (offer.last_sold_at, coalesce(offer.price, -1), coalesce(offer.currency, '') COLLATE "C") <
          (excluded.last_sold_at, excluded.price, excluded.currency COLLATE "C")
)sql";

constexpr const char* classes_sql = R"sql(
    INSERT INTO class_enrollments AS old (class_id, user_id, source)
    SELECT class_id::uuid, user_id::uuid, 'product' FROM unnest($1::text[], $2::text[]) AS new (user_id, class_id)
    WHERE EXISTS (SELECT FROM classes WHERE id = class_id::uuid)
      AND NOT EXISTS (SELECT FROM class_enrollments AS same
                      WHERE same.class_id = new.class_id::uuid AND same.user_id = new.user_id::uuid
                        AND same.source = 'product' AND same.ended_at IS NULL)
    ON CONFLICT (class_id, user_id, source) DO UPDATE SET ended_at = NULL, started_at = now()
)sql";

// Manual enrollments are never touched.
constexpr const char* end_classes_sql = R"sql(
    WITH new AS MATERIALIZED (
        SELECT user_id::uuid, class_id::uuid FROM unnest($2::text[], $3::text[]) AS told (user_id, class_id)
    )
    UPDATE class_enrollments AS old SET ended_at = now()
    WHERE user_id = ANY ($1::uuid[]) AND source = 'product' AND ended_at IS NULL
      AND NOT EXISTS (SELECT FROM new WHERE new.user_id = old.user_id AND new.class_id = old.class_id)
)sql";

constexpr const char* done_sql = R"sql(
    INSERT INTO module_completions AS old (user_id, hotmart_product_id, module_id, completed_at)
    SELECT user_id::uuid, product_id, module_id, completed_at::timestamptz
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS new (user_id, product_id, module_id, completed_at)
    WHERE NOT EXISTS (SELECT FROM module_completions AS same
                      WHERE same.user_id = new.user_id::uuid AND same.hotmart_product_id = new.product_id
                        AND same.module_id = new.module_id AND same.completed_at = new.completed_at::timestamptz)
    ON CONFLICT (user_id, hotmart_product_id, module_id) DO UPDATE SET completed_at = excluded.completed_at
)sql";

void add_time(TextArray& column, const std::optional<Time>& time)
{
    if (time)
        column.add(to_iso8601(*time));
    else
        column.add_null();
}

} // namespace

Money base_ltv(const StudentView& view, const Policy& policy)
{
    const auto found = view.ltv.find(policy.base_currency);
    return found == view.ltv.end() ? Money{} : found->second;
}

void DerivedRows::add_offers(const std::set<OfferSale>& sales)
{
    for (const OfferSale& sale : sales) {
        offer_products_.add(std::string_view{sale.product_id});
        offer_codes_.add(std::string_view{sale.code});
        offer_prices_.add(std::string_view{sale.price});
        offer_currencies_.add(std::string_view{sale.currency});
        offer_times_.add(to_iso8601(sale.day));
    }
}

void DerivedRows::add(const StoredStudent& stored, const StudentView& view, const Catalogue& catalogue,
                      const Policy& policy)
{
    if (!stored.is_new) { // a new student's own row has it from the beginning
        known_.add(stored.id);
        users_.add(std::string_view{stored.id});
        add_time(refold_at_, view.changes_at);
        ltvs_.add(base_ltv(view, policy).text());
        policies_.add(policy_text(policy));
    }
    for (const auto& [product_id, enrollment] : view.enrollments) {
        enrolled_users_.add(std::string_view{stored.id});
        enrolled_products_.add(std::string_view{product_id});
    }
    for (const auto& [currency, amount] : view.ltv) {
        ltv_users_.add(std::string_view{stored.id});
        ltv_currencies_.add(std::string_view{currency});
        ltv_amounts_.add(amount.text());
    }
    for (const CourseStatusVersion& version : view.course_statuses) {
        status_users_.add(std::string_view{stored.id});
        status_products_.add(std::string_view{version.product_id});
        statuses_.add(to_string(version.status));
        from_.add(to_iso8601(version.valid_from));
        add_time(to_, version.valid_to);
    }
    for (const auto& id : wanted_classes(view, catalogue)) {
        class_users_.add(std::string_view{stored.id});
        class_ids_.add(std::string_view{id});
    }
    for (const ModuleCompletion& done : view.completions) {
        done_users_.add(std::string_view{stored.id});
        done_products_.add(std::string_view{done.hotmart_product_id});
        done_modules_.add(std::string_view{done.module_id});
        done_times_.add(to_iso8601(done.completed_at));
    }
}

void DerivedRows::append_to(std::vector<Statement>& statements) const
{
    if (!users_.empty()) {
        statements.push_back({users_sql, {users_, refold_at_, ltvs_, policies_}});
        statements.push_back({drop_enrollments_sql, {known_, enrolled_users_, enrolled_products_}});
        statements.push_back({drop_ltv_sql, {known_, ltv_users_, ltv_currencies_}});
        statements.push_back({drop_status_sql, {known_, status_users_, status_products_, from_}});
        statements.push_back({close_status_sql, {status_users_, status_products_, statuses_, from_, to_}});
        statements.push_back({end_classes_sql, {known_, class_users_, class_ids_}});
    }
    if (!ltv_users_.empty())
        statements.push_back({ltv_sql, {ltv_users_, ltv_currencies_, ltv_amounts_}});
    if (!status_users_.empty())
        statements.push_back({add_status_sql, {status_users_, status_products_, statuses_, from_, to_}});
    if (!offer_products_.empty())
        statements.push_back(
            {offers_sql, {offer_products_, offer_codes_, offer_prices_, offer_currencies_, offer_times_}});
    if (!class_users_.empty())
        statements.push_back({classes_sql, {class_users_, class_ids_}});
    if (!done_users_.empty())
        statements.push_back({done_sql, {done_users_, done_products_, done_modules_, done_times_}});
}

} // namespace ciclo::model
