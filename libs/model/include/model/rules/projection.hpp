#pragma once

#include "core/time.hpp"
#include "model/rules/catalogue.hpp"
#include "model/rules/fact.hpp"
#include "model/rules/lifecycle.hpp"
#include "model/rules/transaction_status.hpp"

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>

// What a student should have, as a pure function of what happened. Nothing here reads a database,
// a clock or the order in which the facts arrived.
namespace ciclo::model {

enum class CancellationPolicy { immediate, end_of_period };

struct Policy {
    CancellationPolicy cancellation = CancellationPolicy::immediate;
    bool discord_enabled = true;
};

struct TransactionView {
    std::string code;
    std::string product_id; // empty: no active product matched
    std::string matched_by;
    std::vector<Candidate> candidates;
    TransactionStatus status = TransactionStatus::pending;
    std::string hotmart_status;
    std::string price;
    std::string currency;
    std::string payment_type;
    std::optional<int> installments;
    std::string offer_code;
    std::string subscriber_code;
    std::optional<int> recurrence_number;
    std::optional<Time> ordered_at;
    std::optional<Time> approved_at;
    std::optional<Time> next_charge_at;
    std::optional<Time> warranty_ends_at;

    // For the fold itself; not stored.
    std::optional<Time> paid_at;      // when the money came, also if it went back later
    std::optional<Time> status_since; // when Hotmart says the present status began
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

struct EnrollmentView {
    std::string product_id;
    EnrollmentStatus status = EnrollmentStatus::active;
    Time started_at;
    std::optional<Time> ended_at;
    std::optional<Time> renews_at;
    std::string origin_transaction;
};

struct StudentView {
    std::string email;
    std::string name;
    std::string phone;
    std::string discord_id;
    std::optional<Lifecycle> lifecycle;
    std::map<std::string, TransactionView> transactions;   // by code
    std::map<std::string, SubscriptionView> subscriptions; // by subscriber code
    std::map<std::string, EnrollmentView> enrollments;     // by product
};

// Never throws for any set of facts of one student.
StudentView project(std::span<const Fact> facts, const Catalogue& catalogue, const Policy& policy, Time now);

// The roles that the student's active products grant.
std::set<std::string> wanted_discord_roles(const StudentView& student, const Catalogue& catalogue);

} // namespace ciclo::model
