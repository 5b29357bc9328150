#include "model/rules/projection.hpp"
#include "story.hpp"

#include <catch2/catch.hpp>

#include <vector>

using namespace ciclo;
using namespace ciclo::model;
using namespace ciclo::testing;

namespace {

constexpr auto code = "QX7PL2AB";

StudentView after(const std::vector<Fact>& facts, Time now,
                  CancellationPolicy cancellation = CancellationPolicy::immediate)
{
    Policy policy;
    policy.cancellation = cancellation;
    return project(facts, story_catalogue(), policy, now);
}

EnrollmentView club_enrollment(const StudentView& student)
{
    REQUIRE(student.enrollments.contains(std::string{club_id}));
    return student.enrollments.at(std::string{club_id});
}

bool has_access(const StudentView& student, std::string_view product = club_id)
{
    const auto found = student.enrollments.find(std::string{product});
    return found != student.enrollments.end() && found->second.status == EnrollmentStatus::active;
}

// A month paid on `paid`, until thirty days later.
Fact month(std::string_view transaction, int paid, std::string_view of = code)
{
    return of_subscription(approved(transaction, day(paid)), of, day(paid + 30));
}

Fact month_refunded(std::string_view transaction, int refunded_on, int paid)
{
    return of_subscription(refunded(transaction, day(refunded_on)), code, day(paid + 30));
}

} // namespace

TEST_CASE("a subscription starts with its first payment", "[model][projection]")
{
    const auto student = after({month("HP1", 1)}, day(2));

    const auto& subscription = student.subscriptions.at(code);
    CHECK(subscription.status == SubscriptionStatus::active);
    CHECK(subscription.product_id == club_id);
    CHECK(subscription.plan_id == "812345");
    CHECK(subscription.plan_name == "Mensal");
    CHECK(subscription.next_charge_at == day(31));
    CHECK_FALSE(subscription.cancelled_at.has_value());
    CHECK(subscription.purchase_seen);
    CHECK(has_access(student));
    CHECK(club_enrollment(student).renews_at == day(31));
}

TEST_CASE("a renewal carries the enrollment on", "[model][projection]")
{
    const auto student = after({month("HP2", 31), month("HP1", 1)}, day(40));

    CHECK(has_access(student));
    CHECK(club_enrollment(student).started_at == day(1) - std::chrono::seconds{5});
    CHECK(club_enrollment(student).renews_at == day(61));
    CHECK(student.subscriptions.at(code).next_charge_at == day(61));
}

TEST_CASE("a cancellation ends access at once by default", "[model][projection]")
{
    const auto student = after({month("HP1", 1), cancelled(code, day(10), day(31))}, day(11));

    CHECK(student.subscriptions.at(code).status == SubscriptionStatus::cancelled);
    CHECK(student.subscriptions.at(code).cancelled_at == day(10));
    CHECK(club_enrollment(student).status == EnrollmentStatus::cancelled);
    CHECK(club_enrollment(student).ended_at == day(10));
    CHECK(student.lifecycle == Lifecycle::churned);
}

TEST_CASE("with end_of_period a cancellation leaves access until the paid date", "[model][projection]")
{
    const std::vector facts{month("HP1", 1), cancelled(code, day(10), day(31))};

    const auto before = after(facts, day(31) - std::chrono::microseconds{1}, CancellationPolicy::end_of_period);
    CHECK(before.subscriptions.at(code).status == SubscriptionStatus::cancelled);
    CHECK(has_access(before));

    const auto then = after(facts, day(31), CancellationPolicy::end_of_period);
    CHECK_FALSE(has_access(then));
    CHECK(club_enrollment(then).ended_at == day(31));
    CHECK(then.lifecycle == Lifecycle::churned);
}

TEST_CASE("a cancellation that tells no paid date uses that of the last payment", "[model][projection]")
{
    const std::vector facts{month("HP1", 1), cancelled(code, day(10))};

    CHECK(has_access(after(facts, day(30), CancellationPolicy::end_of_period)));
    CHECK_FALSE(has_access(after(facts, day(32), CancellationPolicy::end_of_period)));
}

TEST_CASE("a cancellation without any paid date ends access at once under either policy", "[model][projection]")
{
    const std::vector facts{of_subscription(approved("HP1", day(1)), code), cancelled(code, day(10))};

    CHECK_FALSE(has_access(after(facts, day(11), CancellationPolicy::end_of_period)));
    CHECK_FALSE(has_access(after(facts, day(11), CancellationPolicy::immediate)));
}

TEST_CASE("the completion of a payment made before the cancellation does not revive it", "[model][projection]")
{
    const auto student = after(
        {month("HP1", 1), cancelled(code, day(5)), of_subscription(completed("HP1", day(8), day(1)), code, day(31))},
        day(9));

    CHECK(student.transactions.at("HP1").status == TransactionStatus::completed);
    CHECK(student.subscriptions.at(code).status == SubscriptionStatus::cancelled);
    CHECK_FALSE(has_access(student));
}

TEST_CASE("an approval made before a cancellation and heard after it does not revive it", "[model][projection]")
{
    const auto student = after({cancelled(code, day(10)), month("HP1", 1)}, day(11));

    CHECK_FALSE(has_access(student));
    CHECK(student.lifecycle == Lifecycle::churned);
}

TEST_CASE("a payment after the cancellation is a reactivation", "[model][projection]")
{
    const std::vector facts{month("HP1", 1), cancelled(code, day(10)), month("HP2", 20)};
    const auto student = after(facts, day(21));

    CHECK(student.subscriptions.at(code).status == SubscriptionStatus::active);
    CHECK_FALSE(student.subscriptions.at(code).cancelled_at.has_value());
    CHECK(has_access(student));
    CHECK(club_enrollment(student).renews_at == day(50));

    auto cancelled_again = facts;
    cancelled_again.push_back(cancelled(code, day(25)));
    CHECK_FALSE(has_access(after(cancelled_again, day(26))));
}

TEST_CASE("a cancellation waits for the purchase that it belongs to", "[model][projection]")
{
    const auto student = after({cancelled(code, day(10))}, day(11));

    CHECK(student.subscriptions.at(code).status == SubscriptionStatus::cancelled);
    CHECK_FALSE(student.subscriptions.at(code).purchase_seen);
    CHECK(student.subscriptions.at(code).product_id == club_id);
    CHECK(student.enrollments.empty());
    CHECK_FALSE(student.lifecycle.has_value());
}

TEST_CASE("a cancellation concerns its own subscription only", "[model][projection]")
{
    const auto student = after({month("HP1", 1), month("HP2", 2, "OTHER001"), cancelled(code, day(10))}, day(11));

    CHECK(student.subscriptions.at(code).status == SubscriptionStatus::cancelled);
    CHECK(student.subscriptions.at("OTHER001").status == SubscriptionStatus::active);
    CHECK(has_access(student));
    CHECK(club_enrollment(student).origin_transaction == "HP2");
}

TEST_CASE("a purchase without subscription outlives a cancellation", "[model][projection]")
{
    CHECK(has_access(after({month("HP1", 1), approved("HP2", day(2)), cancelled(code, day(10))}, day(11))));
}

TEST_CASE("the refund of one renewal keeps access while an earlier period still runs", "[model][projection]")
{
    // Renewed early: the first month runs until day 31, the second was paid on day 25 and refunded on day 27.
    const std::vector facts{month("HP1", 1), month("HP2", 25), month_refunded("HP2", 27, 25)};

    const auto running = after(facts, day(30));
    CHECK(has_access(running));
    CHECK(club_enrollment(running).renews_at == day(31));
    CHECK(running.transactions.at("HP2").status == TransactionStatus::refunded);

    const auto over = after(facts, day(32));
    CHECK_FALSE(has_access(over));
    CHECK(over.lifecycle == Lifecycle::churned);
}

TEST_CASE("the refund of an earlier month does not touch the later one", "[model][projection]")
{
    const auto student = after({month("HP1", 1), month("HP2", 31), month_refunded("HP1", 33, 1)}, day(35));

    CHECK(has_access(student));
    CHECK(student.subscriptions.at(code).status == SubscriptionStatus::active);
}

TEST_CASE("the refund of the only payment ends the subscription", "[model][projection]")
{
    const auto student = after({month("HP1", 1), month_refunded("HP1", 5, 1)}, day(6));

    CHECK(student.subscriptions.at(code).status == SubscriptionStatus::cancelled);
    CHECK(club_enrollment(student).status == EnrollmentStatus::cancelled);
    CHECK(club_enrollment(student).ended_at == day(5));
}

TEST_CASE("the last payment is the one made last, whatever its code", "[model][projection]")
{
    const std::vector facts{month("HP9", 1), month("HP1", 31), month_refunded("HP1", 33, 31)};

    CHECK_FALSE(has_access(after(facts, day(35))));
}

TEST_CASE("a period is over at the moment of its next charge", "[model][projection]")
{
    const std::vector facts{month("HP1", 1), month("HP2", 25), month_refunded("HP2", 27, 25)};

    CHECK(has_access(after(facts, day(31) - std::chrono::microseconds{1})));
    CHECK_FALSE(has_access(after(facts, day(31))));
}

TEST_CASE("a payment and a cancellation of the same moment end the subscription", "[model][projection]")
{
    Fact payment = month("HP1", 1);
    payment.approved_at = day(10);

    CHECK_FALSE(has_access(after({payment, cancelled(code, day(10))}, day(11))));
}

TEST_CASE("with end_of_period an earlier month does not stand in for the last one, which was refunded",
          "[model][projection]")
{
    const std::vector facts{month("HP1", 1), month("HP2", 31), month_refunded("HP2", 33, 31),
                            cancelled(code, day(33), day(61))};

    CHECK_FALSE(has_access(after(facts, day(35), CancellationPolicy::end_of_period)));
}

TEST_CASE("a subscription whose product nobody mapped is kept without product", "[model][projection]")
{
    const auto student = after({of_subscription(approved("HP1", day(1), unmapped), code, day(31))}, day(2));

    CHECK(student.subscriptions.at(code).status == SubscriptionStatus::active);
    CHECK(student.subscriptions.at(code).product_id.empty());
    CHECK(student.enrollments.empty());
}

TEST_CASE("the names of all states are those of the tables", "[model][projection]")
{
    using enum SubscriptionStatus;
    CHECK(to_string(active) == "ACTIVE");
    CHECK(to_string(cancelled) == "CANCELLED");
    CHECK(to_string(suspended) == "SUSPENDED");
    CHECK(to_string(expired) == "EXPIRED");
    CHECK(to_string(pending_payment) == "PENDING_PAYMENT");
    for (const auto status :
         {EnrollmentStatus::active, EnrollmentStatus::cancelled, EnrollmentStatus::blocked, EnrollmentStatus::expired})
        CHECK(enrollment_status_from(to_string(status)) == status);
    CHECK_FALSE(enrollment_status_from("ACTIVE").has_value());
}
