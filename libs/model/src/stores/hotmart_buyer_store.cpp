#include "model/stores/hotmart_buyer_store.hpp"

#include "core/text.hpp"
#include "core/uuid.hpp"

#include <map>
#include <optional>

namespace ciclo::model {

namespace {

using postgres::TextArray;

constexpr const char* select_sql = R"sql(
    SELECT email, name, user_id, sale_transaction, status, sale_weight, sale_at, phone FROM hotmart_buyers
    WHERE hotmart_product_id = $1 AND email = ANY ($2::text[])
)sql";

constexpr const char* accounts_sql = R"sql(
    SELECT email, user_id FROM user_emails WHERE email = ANY ($1::text[])
)sql";

constexpr const char* write_sql = R"sql(
    INSERT INTO hotmart_buyers AS buyer (id, email, name, hotmart_product_id, status, user_id, last_synced_at,
                                         created_at, sale_transaction, sale_weight, sale_at)
    SELECT id::uuid, email, name, $1, status, user_id::uuid, $2::timestamptz, $2::timestamptz, transaction, weight::int,
           ordered_at::timestamptz
    FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[])
        AS new (id, email, name, status, user_id, transaction, weight, ordered_at)
    ON CONFLICT (email, hotmart_product_id) DO UPDATE
    SET name = coalesce(excluded.name, buyer.name), status = excluded.status, user_id = excluded.user_id,
        last_synced_at = excluded.last_synced_at, sale_transaction = excluded.sale_transaction,
        sale_weight = excluded.sale_weight, sale_at = excluded.sale_at
)sql";

constexpr const char* phones_sql = R"sql(
    UPDATE hotmart_buyers SET phone = new.phone, last_synced_at = $2
    FROM unnest($3::text[], $4::text[]) AS new (email, phone)
    WHERE hotmart_product_id = $1 AND hotmart_buyers.email = new.email
)sql";

constexpr const char* products_sql = R"sql(
    SELECT value FROM product_identifiers JOIN products ON products.id = product_id
    WHERE kind = 'product.id' AND active AND ($1 = '' OR product_id::text = $1)
    ORDER BY value
)sql";

constexpr const char* courses_sql = R"sql(
    SELECT products.id, products.name, products.active, buyer.hotmart_product_id, buyer.status, bool_and(given.mapped),
           buyer.last_synced_at
    FROM hotmart_buyers AS buyer
    JOIN (SELECT source_hotmart_product_id, target_product_id, true, removed_at FROM hotmart_product_mapping
          UNION ALL
          SELECT value, product_id, false, removed_at FROM product_identifiers WHERE kind = 'product.id')
        AS given (source, product_id, mapped, removed_at)
        ON given.source = buyer.hotmart_product_id AND (given.removed_at IS NULL OR buyer.sale_at < given.removed_at)
    JOIN products ON products.id = given.product_id
    WHERE buyer.email = $1
    GROUP BY products.id, buyer.id
    ORDER BY products.name, buyer.hotmart_product_id
)sql";

constexpr const char* count_sql = "SELECT count(*) FROM hotmart_buyers WHERE hotmart_product_id = ANY ($1::text[])";

struct Stored {
    BuyerState state;
    std::string user_id;
    std::string phone;
};

std::optional<TransactionStatus> status_from(std::string_view text)
{
    using enum TransactionStatus;
    for (const auto status :
         {pending, approved, completed, refunded, partially_refunded, cancelled, dispute, overdue, expired})
        if (to_string(status) == text)
            return status;
    return std::nullopt;
}

std::map<std::string, Stored> read_stored(const postgres::Rows& rows)
{
    std::map<std::string, Stored> stored;
    for (std::size_t i = 0; i < rows.size(); ++i)
        stored[rows.text(i, 0)] =
            Stored{BuyerState{rows.text(i, 1), rows.text(i, 3),
                              status_from(rows.view(i, 4)).value_or(TransactionStatus::pending),
                              static_cast<int>(rows.int64(i, 5)), time_from_text(rows.view(i, 6)).value_or(Time{})},
                   rows.text(i, 2), rows.text(i, 7)};
    return stored;
}

// The rows that differ, column by column.
class Changed {
public:
    void add(const std::string& email, const BuyerState& state, const std::string& user_id)
    {
        ids_.add(std::string_view{new_uuid()});
        emails_.add(std::string_view{email});
        names_.add_or_null(state.name);
        statuses_.add(to_string(state.status));
        users_.add_or_null(user_id);
        transactions_.add(std::string_view{state.transaction});
        weights_.add(std::string_view{std::to_string(state.weight)});
        times_.add(std::string_view{to_iso8601(state.ordered_at)});
    }
    bool empty() const { return emails_.empty(); }
    void write(postgres::Connection& connection, const std::string& product, Time now) const
    {
        connection.execute(write_sql, {product, to_iso8601(now), ids_, emails_, names_, statuses_, users_,
                                       transactions_, weights_, times_});
    }

private:
    TextArray ids_;
    TextArray emails_;
    TextArray names_;
    TextArray statuses_;
    TextArray users_;
    TextArray transactions_;
    TextArray weights_;
    TextArray times_;
};

} // namespace

BuyersWritten write_buyers(postgres::Connection& connection, const std::string& hotmart_product_id,
                           std::span<const BuyerSale> sales, Time now)
{
    const auto deciding = deciding_sales(sales);
    TextArray emails;
    for (const auto& [email, sale] : deciding)
        emails.add(std::string_view{email});
    const postgres::Statement reads[] = {{select_sql, {hotmart_product_id, emails}}, {accounts_sql, {emails}}};
    const auto answers = connection.pipeline(reads);
    const auto stored = read_stored(answers[0]);
    std::map<std::string, std::string> accounts;
    for (std::size_t i = 0; i < answers[1].size(); ++i)
        accounts[answers[1].text(i, 0)] = answers[1].text(i, 1);

    BuyersWritten written;
    Changed changed;
    for (const auto& [email, sale] : deciding) {
        const auto known = stored.find(email);
        const auto account = accounts.find(email);
        const std::string user_id = account == accounts.end() ? std::string{} : account->second;
        const BuyerState told{sale.name, sale.transaction, sale.status, weight_of(sale.status), sale.ordered_at};
        if (known == stored.end()) {
            changed.add(email, told, user_id);
            ++written.inserted;
            continue;
        }
        const auto& [present, present_user, phone] = known->second;
        BuyerState next = decides(sale, present) ? told : present;
        if (next.name.empty())
            next.name = present.name;
        const std::string& owner = user_id.empty() ? present_user : user_id;
        const bool same = next.name == present.name && next.transaction == present.transaction &&
                          next.status == present.status && next.ordered_at == present.ordered_at;
        if (same && owner == present_user)
            continue;
        changed.add(email, next, owner);
        ++written.updated;
    }
    if (!changed.empty())
        changed.write(connection, hotmart_product_id, now);
    return written;
}

std::size_t write_buyer_phones(postgres::Connection& connection, const std::string& hotmart_product_id,
                               std::span<const BuyerPhone> phones, Time now)
{
    TextArray emails;
    for (const BuyerPhone& one : phones)
        emails.add(std::string_view{one.email});
    auto stored = read_stored(connection.execute(select_sql, {hotmart_product_id, emails}));
    std::map<std::string, std::string> wanted;
    for (const BuyerPhone& one : phones) {
        const auto known = stored.find(one.email);
        if (known == stored.end() || known->second.phone == one.phone)
            continue;
        const bool decides_it = known->second.state.transaction == one.transaction;
        if (decides_it || (known->second.phone.empty() && !wanted.contains(one.email)))
            wanted[one.email] = one.phone;
    }
    if (wanted.empty())
        return 0;
    TextArray changed;
    TextArray values;
    for (const auto& [email, phone] : wanted) {
        changed.add(std::string_view{email});
        values.add(std::string_view{phone});
    }
    return connection.execute(phones_sql, {hotmart_product_id, to_iso8601(now), changed, values}).affected();
}

std::int64_t count_buyers(postgres::Connection& connection, std::span<const std::string> hotmart_product_ids)
{
    TextArray products;
    for (const auto& id : hotmart_product_ids)
        products.add(std::string_view{id});
    return connection.execute(count_sql, {products}).int64(0, 0);
}

std::vector<std::string> active_hotmart_products(postgres::Connection& connection, std::string_view product_id)
{
    const auto rows = connection.execute(products_sql, {product_id});
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < rows.size(); ++i)
        ids.push_back(rows.text(i, 0));
    return ids;
}

std::vector<CourseOfBuyer> courses_of_email(postgres::Connection& connection, std::string_view email)
{
    const auto rows = connection.execute(courses_sql, {lower_case(trimmed(email))});
    std::vector<CourseOfBuyer> courses;
    for (std::size_t i = 0; i < rows.size(); ++i)
        courses.push_back(CourseOfBuyer{rows.text(i, 0), rows.text(i, 1), rows.boolean(i, 2), rows.text(i, 3),
                                        rows.text(i, 4), rows.boolean(i, 5),
                                        to_iso8601(time_from_text(rows.view(i, 6)).value_or(Time{}))});
    return courses;
}

} // namespace ciclo::model
