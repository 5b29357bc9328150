#include "stores/projection_rows.hpp"

#include "model/policy.hpp"
#include "model/rules/hotmart_event.hpp"
#include "stores/derived_rows.hpp"

#include <optional>

namespace ciclo::model {

namespace {

using postgres::Statement;
using postgres::TextArray;

// Names and phones are never blanked: an event that tells none says nothing about them.
constexpr const char* users_sql = R"sql(
    INSERT INTO users (id, email, name, phone, lifecycle, discord_id, refold_at, ltv, folded_under)
    SELECT id::uuid, email, name, phone, lifecycle, discord_id, refold_at::timestamptz, ltv::numeric, folded_under
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                $9::text[])
        AS new (id, email, name, phone, lifecycle, discord_id, refold_at, ltv, folded_under)
    ON CONFLICT (id) DO UPDATE
    SET email = excluded.email, name = coalesce(excluded.name, users.name), phone = coalesce(excluded.phone, users.phone),
        lifecycle = excluded.lifecycle, discord_id = excluded.discord_id, refold_at = excluded.refold_at,
        ltv = excluded.ltv, folded_under = excluded.folded_under, updated_at = now()
)sql";

constexpr const char* emails_sql = R"sql(
    INSERT INTO user_emails (email, user_id) SELECT email, user_id::uuid FROM unnest($1::text[], $2::text[])
        AS new (email, user_id)
    ON CONFLICT (email) DO NOTHING
)sql";

// The join leaves out unchanged rows before ON CONFLICT would lock them.
constexpr const char* transactions_sql = R"sql(
    WITH new AS (
        SELECT code, user_id::uuid, product_id::uuid, matched_by, candidates, status, hotmart_status,
               price::numeric, currency, payment_type, installments::int, offer_code, subscriber_code,
               recurrence_number::int, ordered_at::timestamptz, approved_at::timestamptz,
               next_charge_at::timestamptz, warranty_ends_at::timestamptz, full_price::numeric,
               full_price_currency, paid_amount::numeric, refunded_amount::numeric, billet_url, pix_code,
               pix_expires_at::timestamptz, src, sck, commission_as, commission::numeric, commission_currency,
               refunded_at::timestamptz, parent_transaction, refusal_reason
        FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                    $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[],
                    $15::text[], $16::text[], $17::text[], $18::text[], $19::text[], $20::text[], $21::text[],
                    $22::text[], $23::text[], $24::text[], $25::text[], $26::text[], $27::text[], $28::text[],
                    $29::text[], $30::text[], $31::text[], $32::text[], $33::text[])
            AS told (code, user_id, product_id, matched_by, candidates, status, hotmart_status, price, currency,
                     payment_type, installments, offer_code, subscriber_code, recurrence_number, ordered_at,
                     approved_at, next_charge_at, warranty_ends_at, full_price, full_price_currency,
                     paid_amount, refunded_amount, billet_url, pix_code, pix_expires_at, src, sck,
                     commission_as, commission, commission_currency, refunded_at, parent_transaction,
                     refusal_reason)
    )
    INSERT INTO transactions (code, user_id, product_id, matched_by, candidates, status, hotmart_status, price,
                              currency, payment_type, installments, offer_code, subscriber_code,
                              recurrence_number, ordered_at, approved_at, next_charge_at, warranty_ends_at,
                              full_price, full_price_currency, paid_amount, refunded_amount, billet_url,
                              pix_code, pix_expires_at, src, sck, commission_as, commission,
                              commission_currency, refunded_at, parent_transaction, refusal_reason)
    SELECT new.* FROM new LEFT JOIN transactions AS old USING (code)
    WHERE old.code IS NULL
       OR (old.user_id, old.product_id, old.matched_by, old.candidates, old.status, old.hotmart_status,
           old.price, old.currency, old.payment_type, old.installments, old.offer_code, old.subscriber_code,
           old.recurrence_number, old.ordered_at, old.approved_at, old.next_charge_at, old.warranty_ends_at,
           old.full_price, old.full_price_currency, old.paid_amount, old.refunded_amount, old.billet_url,
           old.pix_code, old.pix_expires_at, old.src, old.sck, old.commission_as, old.commission,
           old.commission_currency, old.refunded_at, old.parent_transaction, old.refusal_reason)
          IS DISTINCT FROM
          (new.user_id, new.product_id, new.matched_by, new.candidates, new.status, new.hotmart_status,
           new.price, new.currency, new.payment_type, new.installments, new.offer_code, new.subscriber_code,
           new.recurrence_number, new.ordered_at, new.approved_at, new.next_charge_at, new.warranty_ends_at,
           new.full_price, new.full_price_currency, new.paid_amount, new.refunded_amount, new.billet_url,
           new.pix_code, new.pix_expires_at, new.src, new.sck, new.commission_as, new.commission,
           new.commission_currency, new.refunded_at, new.parent_transaction, new.refusal_reason)
    ON CONFLICT (code) DO UPDATE
    SET (user_id, product_id, matched_by, candidates, status, hotmart_status, price, currency, payment_type,
         installments, offer_code, subscriber_code, recurrence_number, ordered_at, approved_at, next_charge_at,
         warranty_ends_at, full_price, full_price_currency, paid_amount, refunded_amount, billet_url, pix_code,
         pix_expires_at, src, sck, commission_as, commission, commission_currency, refunded_at,
         parent_transaction, refusal_reason, updated_at)
      = (excluded.user_id, excluded.product_id, excluded.matched_by, excluded.candidates, excluded.status,
         excluded.hotmart_status, excluded.price, excluded.currency, excluded.payment_type,
         excluded.installments, excluded.offer_code, excluded.subscriber_code, excluded.recurrence_number,
         excluded.ordered_at, excluded.approved_at, excluded.next_charge_at, excluded.warranty_ends_at,
         excluded.full_price, excluded.full_price_currency, excluded.paid_amount, excluded.refunded_amount,
         excluded.billet_url, excluded.pix_code, excluded.pix_expires_at, excluded.src, excluded.sck,
         excluded.commission_as, excluded.commission, excluded.commission_currency, excluded.refunded_at,
         excluded.parent_transaction, excluded.refusal_reason, now())
)sql";

constexpr const char* subscriptions_sql = R"sql(
    WITH new AS (
        SELECT subscriber_code, user_id::uuid, product_id::uuid, status, plan_id, plan_name,
               next_charge_at::timestamptz, cancelled_at::timestamptz
        FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
            AS told (subscriber_code, user_id, product_id, status, plan_id, plan_name, next_charge_at, cancelled_at)
    )
    INSERT INTO subscriptions (subscriber_code, user_id, product_id, status, plan_id, plan_name, next_charge_at,
                               cancelled_at)
    SELECT new.* FROM new LEFT JOIN subscriptions AS old USING (subscriber_code)
    WHERE old.subscriber_code IS NULL
       OR (old.user_id, old.product_id, old.status, old.plan_id, old.plan_name, old.next_charge_at, old.cancelled_at)
          IS DISTINCT FROM
          (new.user_id, new.product_id, new.status, new.plan_id, new.plan_name, new.next_charge_at, new.cancelled_at)
    ON CONFLICT (subscriber_code) DO UPDATE
    SET (user_id, product_id, status, plan_id, plan_name, next_charge_at, cancelled_at, updated_at)
      = (excluded.user_id, excluded.product_id, excluded.status, excluded.plan_id, excluded.plan_name,
         excluded.next_charge_at, excluded.cancelled_at, now())
)sql";

constexpr const char* enrollments_sql = R"sql(
    WITH new AS (
        SELECT user_id::uuid, product_id::uuid, status, started_at::timestamptz, ended_at::timestamptz,
               renews_at::timestamptz, origin_transaction, first_access_at::timestamptz, access_since::timestamptz
        FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                    $9::text[])
            AS told (user_id, product_id, status, started_at, ended_at, renews_at, origin_transaction, first_access_at,
                     access_since)
    )
    INSERT INTO enrollments (user_id, product_id, status, started_at, ended_at, renews_at, origin_transaction,
                             first_access_at, access_since)
    SELECT new.* FROM new LEFT JOIN enrollments AS old USING (user_id, product_id)
    WHERE old.user_id IS NULL
       OR (old.status, old.started_at, old.ended_at, old.renews_at, old.origin_transaction, old.first_access_at,
           old.access_since)
          IS DISTINCT FROM
          (new.status, new.started_at, new.ended_at, new.renews_at, new.origin_transaction, new.first_access_at,
           new.access_since)
    ON CONFLICT (user_id, product_id) DO UPDATE
    SET (status, started_at, ended_at, renews_at, origin_transaction, first_access_at, access_since, updated_at)
      = (excluded.status, excluded.started_at, excluded.ended_at, excluded.renews_at, excluded.origin_transaction,
         excluded.first_access_at, excluded.access_since, now())
)sql";

const std::string no_text;

void add_time(TextArray& column, const std::optional<Time>& time)
{
    if (time)
        column.add(to_iso8601(*time));
    else
        column.add_null();
}

void add_number(TextArray& column, const std::optional<int>& number)
{
    if (number)
        column.add(std::to_string(*number));
    else
        column.add_null();
}

std::string one_a_line(const std::vector<Candidate>& candidates)
{
    std::string text;
    for (const Candidate& candidate : candidates)
        text += (text.empty() ? "" : "\n") + candidate.text();
    return text;
}

} // namespace

void UserRows::add(const StoredStudent& stored, const StudentView& view, const Policy& policy)
{
    const std::string_view lifecycle = view.lifecycle ? to_string(*view.lifecycle) : "";
    // Somebody whose facts all turned out to be another's keeps the address.
    const std::string& email = view.email.empty() ? stored.email : view.email;
    // The nobody that all sales without an address share has no name: the next of them is another person.
    const bool is_nobody = email == unknown_email;
    const std::string& name = is_nobody ? no_text : view.name;
    const std::string& phone = is_nobody ? no_text : view.phone;
    const bool unchanged = !stored.is_new && stored.email == email && (name.empty() || stored.name == name) &&
                           (phone.empty() || stored.phone == phone) && stored.lifecycle == lifecycle &&
                           stored.discord_id == view.discord_id;
    if (unchanged)
        return;
    ids_.add(std::string_view{stored.id});
    emails_.add(std::string_view{email});
    names_.add_or_null(name);
    phones_.add_or_null(phone);
    lifecycles_.add_or_null(lifecycle);
    discord_ids_.add_or_null(view.discord_id);
    add_time(refold_at_, view.changes_at);
    ltvs_.add(base_ltv(view, policy).text());
    policies_.add(policy_text(policy));
}

Statement UserRows::statement() const
{
    return {users_sql, {ids_, emails_, names_, phones_, lifecycles_, discord_ids_, refold_at_, ltvs_, policies_}};
}

void EmailRows::add(const std::string& user_id, const std::string& email)
{
    emails_.add(std::string_view{email});
    users_.add(std::string_view{user_id});
}

Statement EmailRows::statement() const
{
    return {emails_sql, {emails_, users_}};
}

void TransactionRows::add(const std::string& user_id, const TransactionView& view)
{
    codes_.add(std::string_view{view.code});
    users_.add(std::string_view{user_id});
    products_.add_or_null(view.product_id);
    matches_.add_or_null(view.matched_by);
    candidates_.add(one_a_line(view.candidates));
    statuses_.add(to_string(view.status));
    hotmart_statuses_.add_or_null(view.hotmart_status);
    prices_.add_or_null(view.price);
    currencies_.add_or_null(view.currency);
    payment_types_.add_or_null(view.payment_type);
    add_number(installments_, view.installments);
    offers_.add_or_null(view.offer_code);
    subscribers_.add_or_null(view.subscriber_code);
    add_number(recurrences_, view.recurrence_number);
    add_time(ordered_, view.ordered_at);
    add_time(approved_, view.approved_at);
    add_time(next_charges_, view.next_charge_at);
    add_time(warranties_, view.warranty_ends_at);
    full_prices_.add_or_null(view.full_price);
    full_currencies_.add_or_null(view.full_price_currency);
    paid_.add(view.paid_amount.text());
    refunded_.add(view.refunded_amount.text());
    billets_.add_or_null(view.billet_url);
    pix_codes_.add_or_null(view.pix_code);
    add_time(pix_expiries_, view.pix_expires_at);
    srcs_.add_or_null(view.src);
    scks_.add_or_null(view.sck);
    commissioned_as_.add_or_null(view.commission_as);
    commissions_.add_or_null(view.commission);
    commission_currencies_.add_or_null(view.commission_currency);
    add_time(refunded_at_, view.refunded_at);
    parents_.add_or_null(view.parent_transaction);
    refusals_.add_or_null(view.refusal_reason);
}

Statement TransactionRows::statement() const
{
    return {transactions_sql,
            {codes_,
             users_,
             products_,
             matches_,
             candidates_,
             statuses_,
             hotmart_statuses_,
             prices_,
             currencies_,
             payment_types_,
             installments_,
             offers_,
             subscribers_,
             recurrences_,
             ordered_,
             approved_,
             next_charges_,
             warranties_,
             full_prices_,
             full_currencies_,
             paid_,
             refunded_,
             billets_,
             pix_codes_,
             pix_expiries_,
             srcs_,
             scks_,
             commissioned_as_,
             commissions_,
             commission_currencies_,
             refunded_at_,
             parents_,
             refusals_}};
}

void SubscriptionRows::add(const std::string& user_id, const SubscriptionView& view)
{
    codes_.add(std::string_view{view.subscriber_code});
    users_.add(std::string_view{user_id});
    products_.add_or_null(view.product_id);
    statuses_.add(to_string(view.status));
    plan_ids_.add_or_null(view.plan_id);
    plan_names_.add_or_null(view.plan_name);
    add_time(next_charges_, view.next_charge_at);
    add_time(cancelled_, view.cancelled_at);
}

Statement SubscriptionRows::statement() const
{
    return {subscriptions_sql,
            {codes_, users_, products_, statuses_, plan_ids_, plan_names_, next_charges_, cancelled_}};
}

void EnrollmentRows::add(const std::string& user_id, const EnrollmentView& view)
{
    users_.add(std::string_view{user_id});
    products_.add(std::string_view{view.product_id});
    statuses_.add(to_string(view.status));
    started_.add(to_iso8601(view.started_at));
    add_time(ended_, view.ended_at);
    add_time(renews_, view.renews_at);
    origins_.add_or_null(view.origin_transaction);
    add_time(first_accesses_, view.first_access_at);
    access_since_.add(to_iso8601(view.access_since));
}

Statement EnrollmentRows::statement() const
{
    return {enrollments_sql,
            {users_, products_, statuses_, started_, ended_, renews_, origins_, first_accesses_, access_since_}};
}

} // namespace ciclo::model
