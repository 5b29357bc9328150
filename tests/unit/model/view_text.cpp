#include "view_text.hpp"

#include <fmt/format.h>

namespace ciclo::testing {

using namespace model;

namespace {

std::string text_of(const std::optional<Time>& time)
{
    return time ? to_iso8601(*time) : "-";
}

std::string text_of(const std::optional<int>& number)
{
    return number ? std::to_string(*number) : "-";
}

std::string text_of(const TransactionView& view)
{
    std::string candidates;
    for (const Candidate& candidate : view.candidates)
        candidates += candidate.text() + " ";
    return fmt::format(
        "transaction {} product={} matched={} candidates=[{}] status={} hotmart={} price={} {} payment={} "
        "installments={} offer={} code={} recurrence={} ordered={} approved={} next={} warranty={} "
        "paid={} since={} seen={} refunded={} brought={} back={} full={} {} billet={} pix={} until={} src={} sck={} "
        "commission={} {} {} parent={} refusal={} further={}\n",
        view.code, view.product_id, view.matched_by, candidates, to_string(view.status), view.hotmart_status,
        view.price, view.currency, view.payment_type, text_of(view.installments), view.offer_code, view.subscriber_code,
        text_of(view.recurrence_number), text_of(view.ordered_at), text_of(view.approved_at),
        text_of(view.next_charge_at), text_of(view.warranty_ends_at), text_of(view.paid_at), text_of(view.status_since),
        text_of(view.first_seen_at), text_of(view.refunded_at), view.paid_amount.text(), view.refunded_amount.text(),
        view.full_price, view.full_price_currency, view.billet_url, view.pix_code, text_of(view.pix_expires_at),
        view.src, view.sck, view.commission_as, view.commission, view.commission_currency, view.parent_transaction,
        view.refusal_reason, fmt::join(view.further_products, ","));
}

std::string text_of(const SubscriptionView& view)
{
    return fmt::format("subscription {} product={} status={} plan={}/{} next={} cancelled={} purchase_seen={}\n",
                       view.subscriber_code, view.product_id, to_string(view.status), view.plan_id, view.plan_name,
                       text_of(view.next_charge_at), text_of(view.cancelled_at), view.purchase_seen);
}

std::string text_of(const EnrollmentView& view)
{
    return fmt::format("enrollment {} status={} started={} ended={} renews={} origin={} first={} end={} late={}\n",
                       view.product_id, to_string(view.status), to_iso8601(view.started_at), text_of(view.ended_at),
                       text_of(view.renews_at), view.origin_transaction, text_of(view.first_access_at),
                       static_cast<int>(view.end), view.delinquent);
}

} // namespace

std::string view_text(const StudentView& view)
{
    std::string text = fmt::format("student {} name={} phone={} discord={} lifecycle={}\n", view.email, view.name,
                                   view.phone, view.discord_id, view.lifecycle ? to_string(*view.lifecycle) : "-");
    for (const auto& [code, transaction] : view.transactions)
        text += fmt::format("{}: ", code) + text_of(transaction);
    for (const auto& [code, subscription] : view.subscriptions)
        text += fmt::format("{}: ", code) + text_of(subscription);
    for (const auto& [product, enrollment] : view.enrollments)
        text += fmt::format("{}: ", product) + text_of(enrollment);
    for (const auto& [currency, amount] : view.ltv)
        text += fmt::format("brought {} {}\n", amount.text(), currency);
    for (const auto& version : view.course_statuses)
        text += fmt::format("course {} {} from {} to {}\n", version.product_id, to_string(version.status),
                            to_iso8601(version.valid_from), text_of(version.valid_to));
    for (const auto& change : view.plan_changes)
        text +=
            fmt::format("plan change {} {} from {} to {} direction={}\n", change.fact_id, to_iso8601(change.changed_at),
                        change.from_product_id, change.to_product_id, static_cast<int>(change.direction));
    for (const auto& done : view.completions)
        text +=
            fmt::format("completed {} {} {}\n", done.hotmart_product_id, done.module_id, to_iso8601(done.completed_at));
    for (const auto& email : view.emails)
        text += fmt::format("known as {}\n", email);
    return text + fmt::format("has returned {}, changes at {}\n", view.has_returned, text_of(view.changes_at));
}

} // namespace ciclo::testing
