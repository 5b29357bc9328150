#include "model/stores/projection_store.hpp"

#include "model/rules/hotmart_event.hpp"
#include "model/stores/event_log.hpp"
#include "model/stores/onboarding_token.hpp"
#include "model/stores/reconciliation_store.hpp"
#include "stores/access_flows.hpp"
#include "stores/derived_rows.hpp"
#include "stores/flows.hpp"
#include "stores/notices.hpp"
#include "stores/projection_rows.hpp"
#include "stores/retired_names.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace ciclo::model {

namespace {

using postgres::Rows;
using postgres::Statement;

// By user, then product.
using StoredEnrollments = std::map<std::string, StoredAccess>;

constexpr const char* enrollments_sql = R"sql(
    SELECT user_id, product_id, status, coalesce(access_since, started_at) FROM enrollments
    WHERE user_id = ANY ($1::uuid[])
)sql";

constexpr const char* statuses_sql = R"sql(
    SELECT user_id, product_id, status FROM student_course_status WHERE user_id = ANY ($1::uuid[]) AND is_current
)sql";

// The current status in each course, as stored: by user, then product.
using CourseStatuses = std::map<std::string, std::string>;

std::map<std::string, CourseStatuses> read_statuses(const Rows& rows)
{
    std::map<std::string, CourseStatuses> stored;
    for (std::size_t i = 0; i < rows.size(); ++i)
        stored[rows.text(i, 0)][rows.text(i, 1)] = rows.text(i, 2);
    return stored;
}

CourseStatuses current_statuses(const StudentView& view)
{
    CourseStatuses current;
    for (const CourseStatusVersion& version : view.course_statuses)
        if (!version.valid_to)
            current[version.product_id] = to_string(version.status);
    return current;
}

StoredEnrollments read_enrollments(const Rows& rows)
{
    StoredEnrollments stored;
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (const auto status = enrollment_status_from(rows.view(i, 2)))
            stored[rows.text(i, 0)][rows.text(i, 1)] = {*status, time_from_text(rows.view(i, 3)).value_or(Time{})};
    return stored;
}

// What one student's fold adds to the writes of the whole batch.
class Writes {
public:
    void add(const StudentToFold& student, const StudentView& view, std::span<const Fact> facts,
             const Catalogue& catalogue, const Policy& policy)
    {
        derived_.add_offers(offer_sales(facts, catalogue));
        users_.add(student.stored, view, policy);
        derived_.add(student.stored, view, catalogue, policy);
        for (const Fact& fact : student.new_facts)
            if (fact.email != unknown_email && (student.stored.is_new || fact.email != student.stored.email))
                emails_.add(student.stored.id, fact.email);
        for (const auto& [code, transaction] : view.transactions)
            transactions_.add(student.stored.id, transaction);
        for (const auto& [code, subscription] : view.subscriptions)
            subscriptions_.add(student.stored.id, subscription);
        for (const auto& [product, enrollment] : view.enrollments)
            enrollments_.add(student.stored.id, enrollment);
        for (const Fact& fact : student.new_facts)
            facts_.push_back(OwnedFact{student.stored.id, fact});
    }

    // Users first: everything else refers to them.
    std::vector<Statement> statements() const
    {
        std::vector<Statement> list;
        if (!users_.empty())
            list.push_back(users_.statement());
        if (!emails_.empty())
            list.push_back(emails_.statement());
        if (!facts_.empty())
            list.push_back(insert_facts(facts_));
        if (!transactions_.empty())
            list.push_back(transactions_.statement());
        if (!subscriptions_.empty())
            list.push_back(subscriptions_.statement());
        if (!enrollments_.empty())
            list.push_back(enrollments_.statement());
        derived_.append_to(list);
        if (!dead_token_owners.empty())
            list.push_back(expire_onboarding_tokens(dead_token_owners));
        if (!tokens.empty())
            list.push_back(insert_onboarding_tokens(tokens));
        if (!messages.empty())
            list.push_back(queue_messages(messages));
        if (!reconciliations.empty())
            list.push_back(want_reconciliations(reconciliations));
        if (!events.empty())
            list.push_back(append_events(events));
        return list;
    }

    std::vector<NewOnboardingToken> tokens;
    std::vector<std::string> dead_token_owners;
    std::vector<NewMessage> messages;
    std::vector<WantedReconciliation> reconciliations;
    std::vector<AuditEvent> events;

private:
    UserRows users_;
    EmailRows emails_;
    DerivedRows derived_;
    TransactionRows transactions_;
    SubscriptionRows subscriptions_;
    EnrollmentRows enrollments_;
    std::vector<OwnedFact> facts_;
};

// When what led to the present view happened: a fact, or the end of a period.
Time last_change(std::span<const Fact> facts, const StudentView& view, Time now)
{
    Time last{};
    for (const Fact& fact : facts)
        if (fact.occurred_at <= now)
            last = std::max(last, fact.occurred_at);
    for (const auto& [product_id, enrollment] : view.enrollments)
        if (enrollment.ended_at && *enrollment.ended_at <= now)
            last = std::max(last, *enrollment.ended_at);
    return last;
}

std::string_view lifecycle_text(const StudentView& view)
{
    return view.lifecycle ? to_string(*view.lifecycle) : "";
}

void log_lifecycle(Writes& writes, const StudentToFold& student, const StudentView& view, Time now)
{
    const std::string_view to = lifecycle_text(view);
    if (to == student.stored.lifecycle)
        return;
    const auto state = [](std::string_view name) { return name.empty() ? std::string_view{"none"} : name; };
    writes.events.push_back(AuditEvent{
        "lifecycle.transition", student.stored.id,
        audit_payload(student.correlation_id,
                      {{"from", state(student.stored.lifecycle)}, {"to", state(to)}, {"trigger", student.trigger}}),
        AuditStatus::processed, "", ""});
    if (view.lifecycle == Lifecycle::pending_onboarding)
        writes.tokens.push_back(new_onboarding_token(student.stored.id, now));
    else if (student.stored.lifecycle == to_string(Lifecycle::pending_onboarding))
        writes.dead_token_owners.push_back(student.stored.id);
}

void log_enrollments(Writes& writes, const StudentToFold& student, const StudentView& view, const StoredAccess& before)
{
    for (const auto& [product_id, enrollment] : view.enrollments) {
        const bool was_active = had_access(before, product_id);
        const bool is_active = enrollment.status == EnrollmentStatus::active;
        if (was_active == is_active)
            continue;
        writes.events.push_back(AuditEvent{
            is_active ? "enrollment.enrolled" : "enrollment.unenrolled", student.stored.id,
            audit_payload(student.correlation_id, {{"product_id", product_id}, {"trigger", student.trigger}}),
            AuditStatus::processed, "", ""});
    }
    for (const auto& [product_id, enrollment] : before)
        if (enrollment.status == EnrollmentStatus::active && !view.enrollments.contains(product_id))
            writes.events.push_back(AuditEvent{
                "enrollment.unenrolled", student.stored.id,
                audit_payload(student.correlation_id, {{"product_id", product_id}, {"trigger", student.trigger}}),
                AuditStatus::processed, "", ""});
}

std::set<std::string> stored_discord_roles(const StoredAccess& enrollments, const Catalogue& catalogue)
{
    std::set<std::string> roles;
    for (const auto& [product_id, enrollment] : enrollments) {
        const Product* product = catalogue.find(product_id);
        if (enrollment.status != EnrollmentStatus::active || product == nullptr)
            continue;
        for (const Entitlement& role : product->discord_roles)
            if (role.covers(enrollment.access_since))
                roles.insert(role.value);
    }
    return roles;
}

// ManyChat shows the status in each course, and a few fields of the student.
bool manychat_differs(const StoredStudent& stored, const StudentView& view, const CourseStatuses& before)
{
    const CourseStatuses now = current_statuses(view);
    if (now != before || lifecycle_text(view) != stored.lifecycle)
        return true;
    const bool is_shown = !now.empty() || view.lifecycle.has_value();
    return is_shown && (view.email != stored.email || (!view.name.empty() && view.name != stored.name) ||
                        (!view.phone.empty() && view.phone != stored.phone));
}

} // namespace

std::vector<FoldedStudent> fold_students(postgres::Connection& connection, std::span<const StudentToFold> students,
                                         const Catalogue& catalogue, const Policy& policy, Time now,
                                         std::size_t* rows_written)
{
    postgres::UuidArray known;
    for (const StudentToFold& student : students)
        if (!student.stored.is_new)
            known.add(student.stored.id);
    std::vector<Statement> reads{RetiredNames::select()};
    if (!known.empty())
        reads.insert(reads.end(), {select_facts(known), {enrollments_sql, {known}}, {statuses_sql, {known}}});
    const auto answers = connection.pipeline(reads);
    const RetiredNames retired{answers[0]};
    std::map<std::string, std::vector<Fact>> facts;
    StoredEnrollments enrollments;
    std::map<std::string, CourseStatuses> statuses;
    if (!known.empty()) {
        facts = read_facts(answers[1]);
        enrollments = read_enrollments(answers[2]);
        statuses = read_statuses(answers[3]);
    }

    Writes writes;
    std::vector<FoldedStudent> folded;
    folded.reserve(students.size());
    for (const StudentToFold& student : students) {
        auto& all = facts[student.stored.id];
        all.insert(all.end(), student.new_facts.begin(), student.new_facts.end());
        const auto own_catalogue = retired.catalogue_for(all, catalogue);
        const Catalogue& known_products = own_catalogue ? *own_catalogue : catalogue;
        FoldedStudent result{student.stored.id, student.correlation_id, project(all, known_products, policy, now)};
        const auto& before = enrollments[student.stored.id];
        writes.add(student, result.view, all, known_products, policy);
        add_notices(writes.messages, student, result.view, before, catalogue, now);
        add_access_flows(writes.messages, student, result.view, before, catalogue, now);
        log_lifecycle(writes, student, result.view, now);
        if (lifecycle_text(result.view) != student.stored.lifecycle)
            add_flows(writes.messages, student, result.view, student.stored.lifecycle, catalogue,
                      last_change(all, result.view, now), now);
        log_enrollments(writes, student, result.view, before);
        const auto wanted = wanted_discord_roles(result.view, catalogue);
        const bool account_changed = student.stored.discord_id != result.view.discord_id;
        // Whoever has to register by now is invited, even for a role that only its rule changed.
        const bool has_to_register = result.view.lifecycle == Lifecycle::pending_onboarding &&
                                     student.stored.lifecycle != to_string(Lifecycle::pending_onboarding);
        if (wanted != stored_discord_roles(before, catalogue) || account_changed || has_to_register) {
            result.discord_wanted = true;
            writes.reconciliations.push_back({student.stored.id, "discord", student.correlation_id});
        }
        if (manychat_differs(student.stored, result.view, statuses[student.stored.id])) {
            result.manychat_wanted = true;
            writes.reconciliations.push_back({student.stored.id, "manychat", student.correlation_id});
        }
        folded.push_back(std::move(result));
    }
    const auto statements = writes.statements();
    if (!statements.empty())
        for (const Rows& answer : connection.pipeline(statements))
            if (rows_written != nullptr)
                *rows_written += answer.affected();
    return folded;
}

} // namespace ciclo::model
