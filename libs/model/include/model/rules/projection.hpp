#pragma once

#include "core/time.hpp"
#include "model/rules/catalogue.hpp"
#include "model/rules/fact.hpp"
#include "model/rules/lifecycle.hpp"
#include "model/rules/money.hpp"
#include "model/rules/transaction_status.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

// What a student should have, as a pure function of what happened. Nothing here reads a database,
// a clock or the order in which the facts arrived.
namespace ciclo::model {

enum class CancellationPolicy { immediate, end_of_period };

struct Policy {
    CancellationPolicy cancellation = CancellationPolicy::immediate;
    std::chrono::days payment_grace{7}; // how long a delayed renewal keeps its access
    bool discord_enabled = true;
    std::string base_currency = "BRL";
};

struct TransactionView {
    std::string code;
    std::string product_id; // empty: no active product matched
    std::string matched_by;
    std::vector<std::string> further_products; // given besides, by hotmart_product_mapping; not stored
    std::vector<Candidate> candidates;
    TransactionStatus status = TransactionStatus::pending;
    std::string hotmart_status;
    std::string price;
    std::string currency;
    std::string full_price;
    std::string full_price_currency;
    Money paid_amount;     // what it brought; zero when its approval was not seen
    Money refunded_amount; // at most what it brought
    std::string payment_type;
    std::optional<int> installments;
    std::string offer_code;
    std::string billet_url;
    std::string pix_code;
    std::optional<Time> pix_expires_at;
    std::string src;
    std::string sck;
    std::string commission_as;
    std::string commission;
    std::string commission_currency;
    std::string parent_transaction;
    std::string refusal_reason;
    std::string subscriber_code;
    std::optional<int> recurrence_number;
    std::optional<Time> ordered_at;
    std::optional<Time> approved_at;
    std::optional<Time> refunded_at;
    std::optional<Time> next_charge_at;
    std::optional<Time> warranty_ends_at;

    // For the fold itself; not stored.
    std::optional<Time> paid_at; // when the money came, also if it went back later
    Time status_since;           // when the present status began
    Time first_seen_at;          // the earliest fact about it
};

enum class SubscriptionStatus { active, cancelled, suspended, expired, pending_payment };
std::string_view to_string(SubscriptionStatus status) noexcept;

struct SubscriptionView {
    std::string subscriber_code;
    std::string product_id;
    SubscriptionStatus status = SubscriptionStatus::pending_payment;
    std::string plan_id;
    std::string plan_name;
    std::optional<Time> next_charge_at;
    std::optional<Time> cancelled_at;
    bool purchase_seen = false; // false: only a cancellation is known so far; not stored
};

enum class EnrollmentStatus { active, cancelled, blocked, expired };
std::string_view to_string(EnrollmentStatus status) noexcept;
std::optional<EnrollmentStatus> enrollment_status_from(std::string_view text) noexcept;

// Why access ended, or what threatens it.
enum class AccessEnd { none, cancelled, switched, refunded, disputed, unpaid, expired };

struct EnrollmentView {
    std::string product_id;
    EnrollmentStatus status = EnrollmentStatus::active;
    Time started_at;
    Time access_since; // as started_at, but after the last break: whoever left and came back began anew
    std::optional<Time> ended_at;
    std::optional<Time> renews_at;
    std::string origin_transaction;
    std::optional<Time> first_access_at;
    AccessEnd end = AccessEnd::none; // not stored
    bool delinquent = false;         // access, or its end, hangs on an unpaid renewal; not stored
    bool without_onboarding = false; // rests on an import of somebody who was there before; not stored
};

enum class CourseStatus { ativo, inadimplente, cancelado, reembolsado };
std::string_view to_string(CourseStatus status) noexcept; // as stored: "Ativo" ...

// One version of a student's status in a course; the last one of a course has no end.
struct CourseStatusVersion {
    std::string product_id;
    CourseStatus status;
    Time valid_from;
    std::optional<Time> valid_to;
};

enum class PlanDirection { upgrade, downgrade, lateral };

struct PlanChange {
    std::string fact_id;
    Time changed_at;
    std::string from_product_id;
    std::string to_product_id;
    PlanDirection direction;
};

struct ModuleCompletion {
    std::string hotmart_product_id;
    std::string module_id;
    Time completed_at;
};

struct StudentView {
    std::string email;
    std::set<std::string> emails; // every address the student was named by
    std::string name;
    std::string phone;
    std::string discord_id;
    std::optional<Lifecycle> lifecycle;
    std::map<std::string, TransactionView> transactions;   // by code
    std::map<std::string, SubscriptionView> subscriptions; // by subscriber code
    std::map<std::string, EnrollmentView> enrollments;     // by product
    std::map<std::string, Money> ltv;                      // by currency
    std::vector<CourseStatusVersion> course_statuses;
    bool has_returned = false; // had lost all access once, and got some again; not stored
    std::vector<PlanChange> plan_changes;
    std::vector<ModuleCompletion> completions;
    std::optional<Time> changes_at; // the next moment at which time alone changes something
};

// Never throws for any set of facts of one student.
StudentView project(std::span<const Fact> facts, const Catalogue& catalogue, const Policy& policy, Time now);

// The roles, or the classes, that the student's active products grant.
std::set<std::string> wanted_discord_roles(const StudentView& student, const Catalogue& catalogue);
std::set<std::string> wanted_classes(const StudentView& student, const Catalogue& catalogue);

} // namespace ciclo::model
