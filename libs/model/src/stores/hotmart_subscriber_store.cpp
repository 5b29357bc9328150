#include "model/stores/hotmart_subscriber_store.hpp"

namespace ciclo::model {

namespace {

using postgres::TextArray;

constexpr const char* stored_sql = R"sql(
    SELECT subscriber_code, email, hotmart_product_id, status, plan_id, next_charge_at FROM hotmart_subscribers
    WHERE subscriber_code = ANY ($1::text[])
)sql";

constexpr const char* write_sql = R"sql(
    INSERT INTO hotmart_subscribers (subscriber_code, email, hotmart_product_id, status, plan_id, next_charge_at)
    SELECT code, email, product, status, plan, next_charge::timestamptz
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
        AS new (code, email, product, status, plan, next_charge)
    ON CONFLICT (subscriber_code) DO UPDATE
    SET email = excluded.email, hotmart_product_id = excluded.hotmart_product_id, status = excluded.status,
        plan_id = excluded.plan_id, next_charge_at = excluded.next_charge_at
)sql";

constexpr const char* find_sql = R"sql(
    SELECT DISTINCT ON (wanted.email, wanted.product)
           subscriber_code, known.email, hotmart_product_id, status, plan_id, next_charge_at
    FROM unnest($1::text[], $2::text[]) AS wanted (email, product)
    JOIN hotmart_subscribers AS known ON known.email = wanted.email AND hotmart_product_id = wanted.product
    ORDER BY wanted.email, wanted.product, (status = 'ACTIVE') DESC, next_charge_at DESC NULLS LAST, subscriber_code
)sql";

constexpr const char* known_sql = R"sql(
    SELECT subscriber_code, status, plan_id, next_charge_at,
           EXISTS (SELECT FROM transactions WHERE code = wanted.transaction)
    FROM unnest($1::text[], $2::text[]) AS wanted (code, transaction)
    JOIN subscriptions ON subscriber_code = wanted.code
)sql";

Subscriber read(const postgres::Rows& rows, std::size_t i)
{
    return Subscriber{rows.text(i, 0), rows.text(i, 1), rows.text(i, 2),
                      rows.text(i, 3), rows.text(i, 4), time_from_text(rows.view(i, 5))};
}

bool same(const Subscriber& a, const Subscriber& b)
{
    return a.email == b.email && a.hotmart_product_id == b.hotmart_product_id && a.status == b.status &&
           a.plan_id == b.plan_id && a.next_charge_at == b.next_charge_at;
}

} // namespace

std::size_t write_subscribers(postgres::Connection& connection, std::span<const Subscriber> subscribers)
{
    std::map<std::string, const Subscriber*> told;
    TextArray codes;
    for (const Subscriber& one : subscribers)
        if (told.insert_or_assign(one.subscriber_code, &one).second)
            codes.add(std::string_view{one.subscriber_code});
    const auto rows = connection.execute(stored_sql, {codes});
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (const auto one = told.find(rows.text(i, 0)); one != told.end() && same(read(rows, i), *one->second))
            told.erase(one);
    if (told.empty())
        return 0;
    TextArray changed;
    TextArray emails;
    TextArray products;
    TextArray statuses;
    TextArray plans;
    TextArray charges;
    for (const auto& [code, one] : told) {
        changed.add(std::string_view{code});
        emails.add(std::string_view{one->email});
        products.add(std::string_view{one->hotmart_product_id});
        statuses.add(std::string_view{one->status});
        plans.add_or_null(one->plan_id);
        charges.add_or_null(one->next_charge_at ? to_iso8601(*one->next_charge_at) : std::string{});
    }
    return connection.execute(write_sql, {changed, emails, products, statuses, plans, charges}).affected();
}

std::map<PersonAndProduct, Subscriber> find_subscribers(postgres::Connection& connection,
                                                        std::span<const PersonAndProduct> wanted)
{
    TextArray emails;
    TextArray products;
    for (const auto& [email, product] : wanted) {
        emails.add(std::string_view{email});
        products.add(std::string_view{product});
    }
    const auto rows = connection.execute(find_sql, {emails, products});
    std::map<PersonAndProduct, Subscriber> found;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        Subscriber one = read(rows, i);
        found.emplace(PersonAndProduct{one.email, one.hotmart_product_id}, std::move(one));
    }
    return found;
}

std::map<std::string, KnownSubscription>
known_subscriptions(postgres::Connection& connection, std::span<const std::pair<std::string, std::string>> latest)
{
    TextArray codes;
    TextArray transactions;
    for (const auto& [code, transaction] : latest) {
        codes.add(std::string_view{code});
        transactions.add_or_null(transaction);
    }
    const auto rows = connection.execute(known_sql, {codes, transactions});
    std::map<std::string, KnownSubscription> known;
    for (std::size_t i = 0; i < rows.size(); ++i)
        known[rows.text(i, 0)] =
            KnownSubscription{rows.text(i, 1), rows.text(i, 2), time_from_text(rows.view(i, 3)), rows.boolean(i, 4)};
    return known;
}

} // namespace ciclo::model
