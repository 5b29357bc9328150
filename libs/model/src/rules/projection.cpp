#include "model/rules/projection.hpp"

#include "model/rules/hotmart_event.hpp"

#include <algorithm>
#include <tuple>
#include <vector>

namespace ciclo::model {

namespace {

using FactList = std::vector<const Fact*>;

// Each fact once, oldest first. The id breaks ties, so that the order is the same for every arrival.
FactList in_order(std::span<const Fact> facts)
{
    FactList list;
    list.reserve(facts.size());
    for (const Fact& fact : facts)
        list.push_back(&fact);
    const auto key = [](const Fact* fact) { return std::tie(fact->occurred_at, fact->id); };
    std::sort(list.begin(), list.end(), [&](const Fact* a, const Fact* b) { return key(a) < key(b); });
    const auto same = [](const Fact* a, const Fact* b) { return a->id == b->id; };
    list.erase(std::unique(list.begin(), list.end(), same), list.end());
    return list;
}

void keep_latest(std::string& kept, const std::string& told)
{
    if (!told.empty())
        kept = told;
}

template <class Value>
void keep_latest(std::optional<Value>& kept, const std::optional<Value>& told)
{
    if (told)
        kept = told;
}

// --- transactions ---

// The event decides; the status sent with it only tells a partial refund from a full one.
TransactionStatus status_told_by(const Fact& fact)
{
    switch (fact.type) {
    case FactType::purchase_approved:
        return TransactionStatus::approved;
    case FactType::purchase_complete:
        return TransactionStatus::completed;
    case FactType::purchase_refunded:
        return status_from_hotmart(fact.hotmart_status) == TransactionStatus::partially_refunded
                   ? TransactionStatus::partially_refunded
                   : TransactionStatus::refunded;
    case FactType::purchase_chargeback:
        return TransactionStatus::refunded;
    case FactType::subscription_cancellation:
    case FactType::discord_linked:
        break;
    }
    return TransactionStatus::pending;
}

// How far a payment has come. Money that went back never comes back under the same transaction, and an
// approval repeated after the completion is no news; so a later stage beats a later date.
int stage(TransactionStatus status) noexcept
{
    switch (status) {
    case TransactionStatus::pending:
    case TransactionStatus::overdue:
    case TransactionStatus::expired:
    case TransactionStatus::cancelled:
    case TransactionStatus::dispute:
        return 0;
    case TransactionStatus::approved:
        return 1;
    case TransactionStatus::completed:
        return 2;
    case TransactionStatus::partially_refunded:
        return 3;
    case TransactionStatus::refunded:
        return 4;
    }
    return 0;
}

void keep_details(TransactionView& view, const Fact& fact)
{
    if (!fact.candidates.empty())
        view.candidates = fact.candidates;
    keep_latest(view.price, fact.price);
    keep_latest(view.currency, fact.currency);
    keep_latest(view.payment_type, fact.payment_type);
    keep_latest(view.installments, fact.installments);
    keep_latest(view.offer_code, fact.offer_code);
    keep_latest(view.subscriber_code, fact.subscriber_code);
    keep_latest(view.recurrence_number, fact.recurrence_number);
    keep_latest(view.ordered_at, fact.ordered_at);
    keep_latest(view.approved_at, fact.approved_at);
    keep_latest(view.next_charge_at, fact.next_charge_at);
    keep_latest(view.warranty_ends_at, fact.warranty_ends_at);
}

void keep_earliest(std::optional<Time>& kept, Time told)
{
    if (!kept || told < *kept)
        kept = told;
}

// A fact about a payment, applied in order of occurrence.
void apply(TransactionView& view, const Fact& fact)
{
    keep_details(view, fact);
    const TransactionStatus told = status_told_by(fact);
    if (!view.status_since || stage(told) > stage(view.status)) {
        view.status = told;
        view.status_since = fact.occurred_at;
        view.hotmart_status = fact.hotmart_status;
    }
    // A refund proves an earlier payment, whether or not its approval was seen.
    keep_earliest(view.paid_at, fact.approved_at.value_or(fact.occurred_at));
}

std::map<std::string, TransactionView> fold_transactions(const FactList& facts, const Catalogue& catalogue)
{
    std::map<std::string, TransactionView> views;
    for (const Fact* fact : facts) {
        if (fact->transaction.empty())
            continue;
        TransactionView& view = views[fact->transaction];
        view.code = fact->transaction;
        apply(view, *fact);
    }
    for (auto& [code, view] : views) {
        const Time sold_at = view.ordered_at.value_or(view.paid_at.value_or(*view.status_since));
        if (const auto resolution = catalogue.resolve(view.candidates, sold_at)) {
            view.product_id = resolution->product->id;
            view.matched_by = resolution->matched_by;
        }
    }
    return views;
}

// --- subscriptions ---

// Everything known about one subscription while it is folded.
struct SubscriptionFold {
    SubscriptionView view;
    const TransactionView* last_paid = nullptr; // by the moment of payment; may have been refunded since
    const Fact* cancellation = nullptr;         // the latest
};

bool paid_later(const TransactionView& a, const TransactionView& b)
{
    return std::tie(*a.paid_at, a.code) > std::tie(*b.paid_at, b.code);
}

// A payment made after the cancellation is a reactivation.
bool is_cancelled(const SubscriptionFold& subscription)
{
    return subscription.cancellation != nullptr &&
           (subscription.last_paid == nullptr ||
            *subscription.last_paid->paid_at <= subscription.cancellation->occurred_at);
}

SubscriptionStatus status_of(const SubscriptionFold& subscription)
{
    if (is_cancelled(subscription))
        return SubscriptionStatus::cancelled;
    if (subscription.last_paid == nullptr)
        return SubscriptionStatus::pending_payment;
    return is_paid(subscription.last_paid->status) ? SubscriptionStatus::active : SubscriptionStatus::cancelled;
}

using SubscriptionFolds = std::map<std::string, SubscriptionFold>;

SubscriptionFolds fold_subscriptions(const FactList& facts, const StudentView& student, const Catalogue& catalogue)
{
    SubscriptionFolds folds;
    for (const Fact* fact : facts) {
        if (fact->subscriber_code.empty())
            continue;
        SubscriptionFold& fold = folds[fact->subscriber_code];
        fold.view.subscriber_code = fact->subscriber_code;
        keep_latest(fold.view.plan_id, fact->plan_id);
        keep_latest(fold.view.plan_name, fact->plan_name);
        keep_latest(fold.view.next_charge_at, fact->next_charge_at);
        if (fact->type == FactType::subscription_cancellation) {
            fold.cancellation = fact;
            if (const auto named = catalogue.resolve(fact->candidates, fact->occurred_at))
                fold.view.product_id = named->product->id;
        }
    }
    for (const auto& [code, transaction] : student.transactions) {
        if (transaction.subscriber_code.empty())
            continue;
        SubscriptionFold& fold = folds[transaction.subscriber_code];
        fold.view.purchase_seen = true;
        if (fold.last_paid == nullptr || paid_later(transaction, *fold.last_paid))
            fold.last_paid = &transaction;
    }
    for (auto& [code, fold] : folds) {
        if (fold.last_paid != nullptr && !fold.last_paid->product_id.empty())
            fold.view.product_id = fold.last_paid->product_id;
        if (is_cancelled(fold))
            fold.view.cancelled_at = fold.cancellation->occurred_at;
        fold.view.status = status_of(fold);
    }
    return folds;
}

// --- access ---

// Why one payment gives access to its product, or since when it does not.
struct Grant {
    const TransactionView* transaction;
    bool live;
    Time ended_at; // only when not live
};

// A payment of a subscription gives access while it is the last one, or while its period still runs.
bool period_runs(const TransactionView& transaction, Time now)
{
    return transaction.next_charge_at && *transaction.next_charge_at > now;
}

Grant judge(const TransactionView& transaction, const SubscriptionFolds& subscriptions, const Policy& policy, Time now)
{
    if (!is_paid(transaction.status))
        return Grant{&transaction, false, *transaction.status_since};
    if (transaction.subscriber_code.empty())
        return Grant{&transaction, true, {}};

    const SubscriptionFold& subscription = subscriptions.at(transaction.subscriber_code);
    if (is_cancelled(subscription)) {
        const Fact& cancellation = *subscription.cancellation;
        const auto paid_until = cancellation.next_charge_at ? cancellation.next_charge_at : transaction.next_charge_at;
        if (policy.cancellation == CancellationPolicy::immediate || !paid_until)
            return Grant{&transaction, false, cancellation.occurred_at};
        const bool last = subscription.last_paid == &transaction;
        return Grant{&transaction, last && *paid_until > now, *paid_until};
    }
    const bool last = subscription.last_paid == &transaction;
    // An earlier month is over once a later one was paid; if that later one was refunded, the
    // earlier month counts as long as it runs.
    const bool live = last || period_runs(transaction, now);
    return Grant{&transaction, live, subscription.last_paid->status_since.value_or(now)};
}

std::map<std::string, EnrollmentView>
fold_enrollments(const StudentView& student, const SubscriptionFolds& subscriptions, const Policy& policy, Time now)
{
    std::map<std::string, std::vector<Grant>> by_product;
    for (const auto& [code, transaction] : student.transactions)
        if (!transaction.product_id.empty() && transaction.paid_at)
            by_product[transaction.product_id].push_back(judge(transaction, subscriptions, policy, now));

    std::map<std::string, EnrollmentView> enrollments;
    for (auto& [product_id, grants] : by_product) {
        // The oldest payment first: it is where the enrollment began.
        std::sort(grants.begin(), grants.end(), [](const Grant& a, const Grant& b) {
            return std::tie(*a.transaction->paid_at, a.transaction->code) <
                   std::tie(*b.transaction->paid_at, b.transaction->code);
        });
        EnrollmentView view;
        view.product_id = product_id;
        view.started_at = *grants.front().transaction->paid_at;
        view.origin_transaction = grants.front().transaction->code;
        const auto live = std::find_if(grants.begin(), grants.end(), [](const Grant& grant) { return grant.live; });
        if (live != grants.end()) {
            view.origin_transaction = live->transaction->code;
            for (const Grant& grant : grants)
                if (grant.live)
                    keep_latest(view.renews_at, grant.transaction->next_charge_at);
        } else {
            view.status = EnrollmentStatus::cancelled;
            for (const Grant& grant : grants)
                view.ended_at = std::max(view.ended_at.value_or(grant.ended_at), grant.ended_at);
        }
        enrollments.emplace(product_id, std::move(view));
    }
    return enrollments;
}

LifecycleFacts lifecycle_facts(const StudentView& student, const Catalogue& catalogue, const Policy& policy)
{
    LifecycleFacts facts;
    for (const auto& [product_id, enrollment] : student.enrollments) {
        facts.had_access = true;
        facts.has_access = facts.has_access || enrollment.status == EnrollmentStatus::active;
    }
    for (const auto& [code, transaction] : student.transactions)
        if (transaction.status == TransactionStatus::pending || transaction.status == TransactionStatus::overdue)
            facts.payment_pending = true;
    facts.onboarding_needed = policy.discord_enabled && !wanted_discord_roles(student, catalogue).empty();
    facts.onboarding_done = !student.discord_id.empty();
    return facts;
}

} // namespace

std::string_view to_string(SubscriptionStatus status) noexcept
{
    switch (status) {
    case SubscriptionStatus::active:
        return "ACTIVE";
    case SubscriptionStatus::cancelled:
        return "CANCELLED";
    case SubscriptionStatus::suspended:
        return "SUSPENDED";
    case SubscriptionStatus::expired:
        return "EXPIRED";
    case SubscriptionStatus::pending_payment:
        return "PENDING_PAYMENT";
    }
    return "PENDING_PAYMENT";
}

std::string_view to_string(EnrollmentStatus status) noexcept
{
    switch (status) {
    case EnrollmentStatus::active:
        return "active";
    case EnrollmentStatus::cancelled:
        return "cancelled";
    case EnrollmentStatus::blocked:
        return "blocked";
    case EnrollmentStatus::expired:
        return "expired";
    }
    return "active";
}

std::optional<EnrollmentStatus> enrollment_status_from(std::string_view text) noexcept
{
    for (const auto status :
         {EnrollmentStatus::active, EnrollmentStatus::cancelled, EnrollmentStatus::blocked, EnrollmentStatus::expired})
        if (to_string(status) == text)
            return status;
    return std::nullopt;
}

StudentView project(std::span<const Fact> facts, const Catalogue& catalogue, const Policy& policy, Time now)
{
    const FactList ordered = in_order(facts);
    StudentView student;
    for (const Fact* fact : ordered) {
        // An event that tells no address says nothing about somebody whose address is known.
        if (student.email.empty() || fact->email != unknown_email)
            keep_latest(student.email, fact->email);
        keep_latest(student.name, fact->name);
        keep_latest(student.phone, fact->phone);
        keep_latest(student.discord_id, fact->discord_id);
    }
    student.transactions = fold_transactions(ordered, catalogue);
    const SubscriptionFolds subscriptions = fold_subscriptions(ordered, student, catalogue);
    for (const auto& [code, fold] : subscriptions)
        student.subscriptions.emplace(code, fold.view);
    // Nobody can be given access under the address that stands for "not told".
    if (student.email != unknown_email)
        student.enrollments = fold_enrollments(student, subscriptions, policy, now);
    student.lifecycle = lifecycle_of(lifecycle_facts(student, catalogue, policy));
    return student;
}

std::set<std::string> wanted_discord_roles(const StudentView& student, const Catalogue& catalogue)
{
    std::set<std::string> roles;
    for (const auto& [product_id, enrollment] : student.enrollments) {
        const Product* product = catalogue.find(product_id);
        if (enrollment.status == EnrollmentStatus::active && product != nullptr)
            roles.insert(product->discord_roles.begin(), product->discord_roles.end());
    }
    return roles;
}

} // namespace ciclo::model
