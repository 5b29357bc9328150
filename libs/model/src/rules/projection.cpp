#include "model/rules/projection.hpp"

#include "model/rules/hotmart_event.hpp"
#include "rules/course_status.hpp"
#include "rules/courtesies.hpp"
#include "rules/fact_list.hpp"
#include "rules/fold_access.hpp"
#include "rules/fold_imports.hpp"
#include "rules/fold_subscriptions.hpp"
#include "rules/fold_transactions.hpp"

#include <algorithm>

namespace ciclo::model {

namespace {

void fold_person(StudentView& student, const FactList& facts)
{
    for (const Fact* fact : facts) {
        // The stand-in address is never anybody's when a real one is known.
        if (fact->email != unknown_email)
            keep_latest(student.email, fact->email);
        if (!fact->email.empty() && fact->email != unknown_email)
            student.emails.insert(fact->email);
        keep_latest(student.name, fact->name);
        keep_latest(student.phone, fact->phone);
        keep_latest(student.discord_id, fact->discord_id);
    }
    if (student.email.empty() && !facts.empty())
        student.email = unknown_email;
}

void keep_sooner(std::optional<Time>& kept, const std::optional<Time>& other)
{
    if (other)
        keep_earliest(kept, *other);
}

// Is somebody without access about to pay? A boleto or pix that is still open, or a delayed renewal.
bool payment_pending(const StudentView& student, const SubscriptionFolds& subscriptions, Time now,
                     std::optional<Time>& changes_at)
{
    bool pending = false;
    for (const auto& [code, transaction] : student.transactions) {
        if (transaction.status != TransactionStatus::pending)
            continue;
        if (const auto found = subscriptions.find(transaction.subscriber_code); found != subscriptions.end()) {
            const SubscriptionFold& subscription = found->second;
            const bool paid_since =
                subscription.last_paid != nullptr && *subscription.last_paid->paid_at >= transaction.status_since;
            if (subscription.cancellation != nullptr || paid_since)
                continue;
        }
        if (transaction.pix_expires_at && *transaction.pix_expires_at <= now)
            continue;
        keep_sooner(changes_at, transaction.pix_expires_at);
        pending = true;
    }
    for (const auto& [code, subscription] : subscriptions)
        if (subscription.view.status == SubscriptionStatus::pending_payment && subscription.unpaid_since)
            pending = true;
    return pending;
}

// A purchase of one product that is paid once and delayed belongs to no subscription.
bool single_payment_overdue(const StudentView& student)
{
    return std::any_of(student.transactions.begin(), student.transactions.end(), [](const auto& entry) {
        return entry.second.status == TransactionStatus::overdue && entry.second.subscriber_code.empty();
    });
}

void fold_club(StudentView& student, const FactList& facts, const Catalogue& catalogue)
{
    for (const Fact* fact : facts) {
        if (fact->type == FactType::club_first_access) {
            if (const auto product = catalogue.resolve(fact->candidates, fact->occurred_at))
                if (const auto place = student.enrollments.find(product->product->id);
                    place != student.enrollments.end())
                    keep_earliest(place->second.first_access_at, fact->occurred_at);
        }
        if (fact->type != FactType::club_module_completed || fact->candidates.empty())
            continue;
        const ModuleCompletion done{fact->candidates.front().value, fact->module_id, fact->occurred_at};
        // Facts come oldest first: the first completion is the one that counts.
        const bool known =
            std::any_of(student.completions.begin(), student.completions.end(), [&](const ModuleCompletion& other) {
                return other.hotmart_product_id == done.hotmart_product_id && other.module_id == done.module_id;
            });
        if (!known)
            student.completions.push_back(done);
    }
}

// Access that was never lost for good began with the enrollment; otherwise with what brought it back.
void fold_access_since(StudentView& student)
{
    for (auto& [product_id, enrollment] : student.enrollments)
        enrollment.access_since = enrollment.started_at;
    std::set<std::string> lost;
    for (const CourseStatusVersion& version : student.course_statuses) {
        const auto place = student.enrollments.find(version.product_id);
        if (place == student.enrollments.end())
            continue;
        if (version.status == CourseStatus::cancelado || version.status == CourseStatus::reembolsado)
            lost.insert(version.product_id);
        else if (lost.erase(version.product_id) > 0)
            place->second.access_since = std::max(place->second.access_since, version.valid_from);
    }
}

bool covers_any(const std::vector<Entitlement>& entitlements, Time access_since)
{
    return std::any_of(entitlements.begin(), entitlements.end(),
                       [&](const Entitlement& one) { return one.covers(access_since); });
}

// Somebody who was there before is not asked again, unless a purchase opens another role.
bool onboarding_needed(const StudentView& student, const Catalogue& catalogue)
{
    return std::any_of(student.enrollments.begin(), student.enrollments.end(), [&](const auto& entry) {
        const Product* product = catalogue.find(entry.first);
        return entry.second.status == EnrollmentStatus::active && !entry.second.without_onboarding &&
               product != nullptr && covers_any(product->discord_roles, entry.second.access_since);
    });
}

// Who paid for what, or was given it, and does it still hold at `now`?
void fold_access(StudentView& student, const FactList& facts, const SubscriptionFolds& subscriptions,
                 const Catalogue& catalogue, const Policy& policy, Time now)
{
    std::map<std::string, std::vector<Grant>> grants;
    const auto add = [&](Claims claims) {
        for (auto& [product_id, own] : claims.grants)
            grants[product_id].insert(grants[product_id].end(), own.begin(), own.end());
        keep_sooner(student.changes_at, claims.changes_at);
        return claims.status;
    };
    for (const auto& [code, transaction] : student.transactions)
        if (transaction.paid_at && transaction.subscriber_code.empty())
            add(claims_of(transaction, catalogue, now));
    for (const auto& [code, subscription] : subscriptions) {
        SubscriptionView view = subscription.view;
        view.status = add(claims_of(subscription, policy, now));
        student.subscriptions.emplace(code, std::move(view));
    }
    for (const auto& [product_id, import] : imports_by_product(facts, catalogue))
        add(claims_of_import(product_id, *import, student.transactions, subscriptions, now));
    for (const auto& [product_id, courtesy] : courtesies_by_product(facts, catalogue))
        add(claims_of_courtesy(product_id, *courtesy, now));
    for (auto& [product_id, own] : grants)
        student.enrollments.emplace(product_id, combine(product_id, std::move(own)));
}

LifecycleFacts lifecycle_facts(const StudentView& student, const Catalogue& catalogue, const Policy& policy)
{
    LifecycleFacts facts;
    for (const auto& [product_id, enrollment] : student.enrollments) {
        facts.had_access = true;
        facts.has_access = facts.has_access || enrollment.status == EnrollmentStatus::active;
    }
    facts.onboarding_needed = policy.discord_enabled && onboarding_needed(student, catalogue);
    facts.onboarding_done = !student.discord_id.empty();
    return facts;
}

std::set<std::string> granted(const StudentView& student, const Catalogue& catalogue,
                              std::vector<Entitlement> Product::*what)
{
    std::set<std::string> all;
    for (const auto& [product_id, enrollment] : student.enrollments) {
        const Product* product = catalogue.find(product_id);
        if (enrollment.status != EnrollmentStatus::active || product == nullptr)
            continue;
        for (const Entitlement& one : product->*what)
            if (one.covers(enrollment.access_since))
                all.insert(one.value);
    }
    return all;
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

std::string_view to_string(CourseStatus status) noexcept
{
    switch (status) {
    case CourseStatus::ativo:
        return "Ativo";
    case CourseStatus::inadimplente:
        return "Inadimplente";
    case CourseStatus::cancelado:
        return "Cancelado";
    case CourseStatus::reembolsado:
        return "Reembolsado";
    }
    return "Cancelado";
}

StudentView project(std::span<const Fact> facts, const Catalogue& catalogue, const Policy& policy, Time now)
{
    const FactList ordered = in_order(facts);
    StudentView student;
    fold_person(student, ordered);
    TransactionFold payments{catalogue};
    for (const Fact* fact : ordered)
        payments.add(*fact);
    student.transactions = payments.views();
    student.ltv = fold_ltv(student.transactions);
    SubscriptionFolds subscriptions;
    for (const auto& [code, parts] : subscription_parts(ordered, student.transactions))
        subscriptions.emplace(code, fold_subscription(code, parts.facts, parts.payments, catalogue));
    fold_access(student, ordered, subscriptions, catalogue, policy, now);
    // Nobody can be given access under the address that stands for "not told".
    const bool is_somebody = student.email != unknown_email;
    bool pending = false;
    if (is_somebody) {
        CourseStatusHistory history = course_status_history(ordered, catalogue, policy, now);
        student.course_statuses = std::move(history.versions);
        student.has_returned = history.has_returned;
        fold_access_since(student);
        keep_sooner(student.changes_at, history.changes_at);
        student.plan_changes = fold_plan_changes(subscriptions, catalogue);
        fold_club(student, ordered, catalogue);
        pending = payment_pending(student, subscriptions, now, student.changes_at) || single_payment_overdue(student);
    } else {
        student.enrollments.clear();
    }
    LifecycleFacts what = lifecycle_facts(student, catalogue, policy);
    what.payment_pending = pending;
    student.lifecycle = lifecycle_of(what);
    return student;
}

std::set<std::string> wanted_discord_roles(const StudentView& student, const Catalogue& catalogue)
{
    return granted(student, catalogue, &Product::discord_roles);
}

std::set<std::string> wanted_classes(const StudentView& student, const Catalogue& catalogue)
{
    return granted(student, catalogue, &Product::classes);
}

} // namespace ciclo::model
