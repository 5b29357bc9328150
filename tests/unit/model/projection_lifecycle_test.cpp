#include "model/rules/projection.hpp"
#include "story.hpp"
#include "whole_history.hpp"

#include <catch2/catch.hpp>

#include <vector>

// Delays, disputes, changes of plan and parts of refunds: what the specification says of the long lives.
using namespace ciclo;
using namespace ciclo::model;
using namespace ciclo::testing;

namespace {

constexpr auto code = "QX7PL2AB";

StudentView after(const std::vector<Fact>& facts, Time now, CancellationPolicy policy = CancellationPolicy::immediate)
{
    Policy chosen;
    chosen.cancellation = policy;
    return project(facts, whole_catalogue(), chosen, now);
}

bool has_access(const StudentView& student, std::string_view product = club_id)
{
    const auto found = student.enrollments.find(std::string{product});
    return found != student.enrollments.end() && found->second.status == EnrollmentStatus::active;
}

Fact as(FactType type, Fact payment, Time when)
{
    payment.type = type;
    payment.occurred_at = when;
    payment.id = fact_id(std::string{to_string(type)} + payment.transaction + to_iso8601(when));
    payment.approved_at.reset();
    return payment;
}

// A month of the plan that the catalogue knows as `product`, paid on `paid`.
Fact month(std::string_view transaction, int paid, std::string_view product = club)
{
    return of_subscription(approved(transaction, day(paid), product), code, day(paid + 30));
}

Fact delayed(std::string_view transaction, int when, std::string_view product = club)
{
    return as(FactType::purchase_delayed, month(transaction, when, product), day(when));
}

Fact protested(std::string_view transaction, int when)
{
    return as(FactType::purchase_protest, month(transaction, when), day(when));
}

Fact part_refunded(std::string_view transaction, int when, std::string_view amount)
{
    Fact fact = refunded(transaction, day(when));
    fact.hotmart_status = "PARTIALLY_REFUNDED";
    fact.price = amount;
    return fact;
}

Fact switched(int when, std::string_view plan_id, int hour = 12)
{
    Fact fact = as(FactType::plan_switched, cancelled(code, day(when)), day(when, hour));
    fact.plan_id = plan_id;
    fact.plan_name = "Plano " + std::string{plan_id};
    fact.candidates = {{"plans.id", std::string{plan_id}}};
    return fact;
}

SubscriptionStatus status(const StudentView& student)
{
    return student.subscriptions.at(code).status;
}

std::vector<std::string> course(const StudentView& student, std::string_view product = club_id)
{
    std::vector<std::string> statuses;
    for (const auto& version : student.course_statuses)
        if (version.product_id == product)
            statuses.emplace_back(to_string(version.status));
    return statuses;
}

using Statuses = std::vector<std::string>;

} // namespace

TEST_CASE("a delayed renewal keeps access for the grace as Inadimplente", "[model][projection]")
{
    // One event for each attempt, each with a transaction of its own: one episode, from the first.
    const std::vector facts{month("HP1", 1), delayed("HP2", 31), delayed("HP3", 33), delayed("HP4", 36)};

    const auto in_grace = after(facts, day(38) - std::chrono::microseconds{1});
    CHECK(has_access(in_grace));
    CHECK(status(in_grace) == SubscriptionStatus::pending_payment);
    CHECK(course(in_grace) == Statuses{"Ativo", "Inadimplente"});
    CHECK(in_grace.changes_at == day(38));

    const auto over = after(facts, day(38));
    CHECK_FALSE(has_access(over));
    CHECK(over.enrollments.at(std::string{club_id}).status == EnrollmentStatus::blocked);
    CHECK(over.lifecycle == Lifecycle::pending_payment);
    CHECK(over.ltv.at("BRL") == Money::parse("89.9"));

    auto paid = facts;
    paid.push_back(month("HP5", 40));
    CHECK(has_access(after(paid, day(41))));
    CHECK(status(after(paid, day(41))) == SubscriptionStatus::active);
    CHECK(course(after(paid, day(41))) == Statuses{"Ativo", "Inadimplente", "Ativo"});
}

TEST_CASE("a dispute suspends the subscription until an approval or the end of the warranty", "[model][projection]")
{
    const std::vector facts{month("HP1", 1), protested("HP1", 3)};
    const auto disputed = after(facts, day(4));
    CHECK(status(disputed) == SubscriptionStatus::suspended);
    CHECK(disputed.transactions.at("HP1").status == TransactionStatus::dispute);
    CHECK_FALSE(has_access(disputed));
    CHECK(disputed.lifecycle == Lifecycle::churned);
    CHECK(disputed.ltv.empty());

    for (const Fact& word : {of_subscription(completed("HP1", day(8), day(1)), code, day(31)),
                             as(FactType::purchase_approved, month("HP1", 1), day(5))}) {
        const auto settled = after({facts[0], facts[1], word}, day(9));
        CHECK(status(settled) == SubscriptionStatus::active);
        CHECK(has_access(settled));
        CHECK(settled.ltv.at("BRL") == Money::parse("89.9"));
    }
}

TEST_CASE("what comes after a refund in part does not bring the part back", "[model][projection]")
{
    const std::vector facts{approved("HP1", day(1)), part_refunded("HP1", 3, "30")};
    CHECK(after(facts, day(4)).ltv.at("BRL") == Money::parse("59.9"));

    const auto completed_later = after({facts[0], facts[1], completed("HP1", day(8), day(1))}, day(9));
    CHECK(completed_later.transactions.at("HP1").status == TransactionStatus::partially_refunded);
    CHECK(completed_later.ltv.at("BRL") == Money::parse("59.9"));
    CHECK(has_access(completed_later));

    const auto after_dispute =
        after({facts[0], facts[1], as(FactType::purchase_protest, approved("HP1", day(4)), day(4)),
               completed("HP1", day(8), day(1))},
              day(9));
    CHECK(after_dispute.ltv.at("BRL") == Money::parse("59.9"));

    Fact rest = refunded("HP1", day(10));
    rest.price = "59.90";
    CHECK(after({facts[0], facts[1], rest}, day(11)).ltv.empty());
}

TEST_CASE("a completion that comes late turns neither plan nor next charge back", "[model][projection]")
{
    const auto student = after({month("HP1", 1, "4100999"), switched(5, "812399"),
                                of_subscription(completed("HP1", day(8), day(1), "4100999"), code, day(31))},
                               day(9));
    CHECK(student.subscriptions.at(code).plan_id == "812399");
    CHECK(student.subscriptions.at(code).plan_name == "Plano 812399");

    Fact charge_date = as(FactType::charge_date_changed, cancelled(code, day(5)), day(5));
    charge_date.next_charge_at = day(45);
    const auto moved =
        after({month("HP1", 1), charge_date, of_subscription(completed("HP1", day(8), day(1)), code, day(31))}, day(9));
    CHECK(moved.subscriptions.at(code).next_charge_at == day(45));
    CHECK(moved.enrollments.at(std::string{club_id}).renews_at == day(45));
}

TEST_CASE("an attempt that brought no money changes neither plan nor next charge", "[model][projection]")
{
    Fact attempt = as(FactType::purchase_canceled, month("HP2", 10, chess), day(10));
    attempt.plan_id = "812399";
    const auto student = after({month("HP1", 1), attempt}, day(11));

    CHECK(student.subscriptions.at(code).plan_id == "812345");
    CHECK(student.subscriptions.at(code).next_charge_at == day(31));
    CHECK(student.subscriptions.at(code).product_id == club_id);
}

TEST_CASE("a change of plan takes the old product and gives the new one in one step", "[model][projection]")
{
    const std::vector facts{month("HP1", 1), switched(10, "812399")};
    const auto student = after(facts, day(11));
    CHECK_FALSE(has_access(student, club_id));
    CHECK(has_access(student, chess_id));
    REQUIRE(student.plan_changes.size() == 1);
    CHECK(student.plan_changes[0].direction == PlanDirection::upgrade);
    CHECK(student.plan_changes[0].from_product_id == club_id);

    // The next payment is for the new plan: the enrollment began with the change all the same.
    const auto renewed = after({facts[0], facts[1], month("HP2", 31, chess)}, day(32));
    CHECK(renewed.enrollments.at(std::string{chess_id}).started_at == day(10));
    CHECK(renewed.plan_changes.size() == 1);

    const auto back = after({facts[0], facts[1], month("HP2", 31, chess), switched(35, "812345")}, day(36));
    REQUIRE(back.plan_changes.size() == 2);
    CHECK(back.plan_changes[1].direction == PlanDirection::downgrade);
    CHECK(has_access(back, club_id));
    CHECK_FALSE(has_access(back, chess_id));
}

TEST_CASE("a change of plan that was charged a moment earlier is told once", "[model][projection]")
{
    for (const int hour : {11, 13}) {
        const auto student = after({month("HP1", 1), month("HP2", 10, chess), switched(10, "812399", hour)}, day(11));
        REQUIRE(student.plan_changes.size() == 1);
        CHECK(student.plan_changes[0].from_product_id == club_id);
        CHECK(student.plan_changes[0].to_product_id == chess_id);
    }
}

TEST_CASE("plans of equal priority are a lateral move", "[model][projection]")
{
    Catalogue catalogue = whole_catalogue();
    Product other = *catalogue.find(std::string{chess_id});
    other.priority = catalogue.find(std::string{club_id})->priority;
    catalogue.add(other);
    const std::vector facts{month("HP1", 1), switched(10, "812399")};
    CHECK(project(facts, catalogue, Policy{}, day(11)).plan_changes.at(0).direction == PlanDirection::lateral);
}

TEST_CASE("a payment for another plan leaves the old one, and its refund returns to what is paid",
          "[model][projection]")
{
    const std::vector facts{month("HP1", 1), month("HP2", 10, chess)};
    const auto student = after(facts, day(11));
    CHECK_FALSE(has_access(student, club_id));
    CHECK(has_access(student, chess_id));
    CHECK(student.enrollments.at(std::string{club_id}).ended_at == day(10) - std::chrono::seconds{5});

    const auto refund = of_subscription(refunded("HP2", day(12), chess), code, day(40));
    const auto undone = after({facts[0], facts[1], refund}, day(13));
    CHECK(has_access(undone, club_id));
    CHECK_FALSE(has_access(undone, chess_id));
    CHECK(status(undone) == SubscriptionStatus::active);
    CHECK(status(after({facts[0], facts[1], refund}, day(31))) == SubscriptionStatus::expired);
}

TEST_CASE("a renewal that no product knows takes nothing away", "[model][projection]")
{
    const auto student = after({month("HP1", 1), month("HP2", 31, unmapped)}, day(40));
    CHECK(has_access(student));
    CHECK(student.transactions.at("HP2").product_id.empty());
}

TEST_CASE("an event that names its product less fully takes nothing away", "[model][projection]")
{
    Catalogue catalogue = whole_catalogue();
    catalogue.identify("coupon.code", "AULAS", std::string{poetry_id});
    Fact sale = approved("HP1", day(1), unmapped);
    sale.candidates.push_back({"purchase.offer.coupon_code", "AULAS"});
    const auto student =
        project(std::vector{sale, completed("HP1", day(8), day(1), unmapped)}, catalogue, Policy{}, day(9));
    CHECK(student.transactions.at("HP1").matched_by == "purchase.offer.coupon_code=AULAS");
    CHECK(has_access(student, poetry_id));
}

TEST_CASE("a product given besides is only given while it is sold", "[model][projection]")
{
    Catalogue catalogue = whole_catalogue();
    Product poems = *catalogue.find(std::string{poetry_id});
    poems.active = false;
    poems.deactivated_at = day(10);
    catalogue.add(poems);
    CHECK(has_access(project(std::vector{approved("HP1", day(9), chess)}, catalogue, Policy{}, day(20)), poetry_id));
    CHECK_FALSE(
        has_access(project(std::vector{approved("HP1", day(11), chess)}, catalogue, Policy{}, day(20)), poetry_id));
}

TEST_CASE("under end_of_period a cancelled subscription expires with its paid time", "[model][projection]")
{
    const std::vector facts{month("HP1", 1), cancelled(code, day(10), day(31))};
    CHECK(status(after(facts, day(30), CancellationPolicy::end_of_period)) == SubscriptionStatus::cancelled);
    const auto over = after(facts, day(31), CancellationPolicy::end_of_period);
    CHECK(status(over) == SubscriptionStatus::expired);
    CHECK(over.enrollments.at(std::string{club_id}).status == EnrollmentStatus::expired);
    CHECK(course(over) == Statuses{"Ativo", "Cancelado"});
    CHECK(status(after(facts, day(31))) == SubscriptionStatus::cancelled);
}

TEST_CASE("with a renewal unpaid, end_of_period gives no time that nobody paid", "[model][projection]")
{
    // Hotmart names the regular next charge, whether or not the present period was paid.
    const auto cancelled_in_grace = after({month("HP1", 1), delayed("HP2", 31), cancelled(code, day(33), day(61))},
                                          day(34), CancellationPolicy::end_of_period);
    CHECK_FALSE(has_access(cancelled_in_grace));
    CHECK(cancelled_in_grace.enrollments.at(std::string{club_id}).ended_at == day(33));

    const auto cancelled_after_it =
        after({month("HP1", 1), delayed("HP2", 31), cancelled(code, day(90), day(91))}, day(95));
    CHECK(cancelled_after_it.enrollments.at(std::string{club_id}).ended_at == day(38));
    CHECK(cancelled_after_it.lifecycle == Lifecycle::churned);
    CHECK(course(cancelled_after_it) == Statuses{"Ativo", "Inadimplente", "Cancelado"});
}

TEST_CASE("a subscription whose first boleto was never paid has expired or was cancelled", "[model][projection]")
{
    const Fact printed = as(FactType::purchase_billet_printed, month("HP1", 1), day(1));
    CHECK(status(after({printed}, day(2))) == SubscriptionStatus::pending_payment);
    CHECK(after({printed}, day(2)).subscriptions.at(code).product_id == club_id);
    CHECK(after({printed}, day(2)).lifecycle == Lifecycle::pending_payment);

    const auto unpaid = after({printed, as(FactType::purchase_expired, month("HP1", 1), day(4))}, day(5));
    CHECK(status(unpaid) == SubscriptionStatus::expired);
    CHECK_FALSE(unpaid.lifecycle.has_value());
    CHECK(status(after({as(FactType::purchase_canceled, month("HP1", 1), day(1))}, day(2))) ==
          SubscriptionStatus::cancelled);
    CHECK(status(after({printed, month("HP1", 2)}, day(3))) == SubscriptionStatus::active);
}

TEST_CASE("a trial gives access without money, and its first money is the second recurrence", "[model][projection]")
{
    Fact trial = month("HP1", 1);
    trial.price = "0";
    trial.recurrence_number = 1;
    CHECK(has_access(after({trial}, day(2))));
    CHECK(after({trial}, day(2)).ltv.empty());
    CHECK(after({trial, month("HP2", 8)}, day(9)).ltv.at("BRL") == Money::parse("89.9"));
}

TEST_CASE("money of Hotmart's send-test is in no book", "[model][projection]")
{
    Fact test = approved("HP16015479281022", day(1));
    test.candidates = {{"product.ucode", "fb056612-bcc6-4217-9e6d-2a5d1110ac2f"}};
    test.price = "1500";
    const auto student = after({test}, day(2));
    CHECK(student.ltv.empty());
    CHECK(student.transactions.at("HP16015479281022").price == "1500");
}

TEST_CASE("an amount keeps the currency that was told with it", "[model][projection]")
{
    Fact later = completed("HP1", day(8), day(1));
    later.price.clear();
    later.currency = "USD";
    const auto student = after({approved("HP1", day(1)), later}, day(9));
    CHECK(student.ltv.size() == 1);
    CHECK(student.ltv.contains("BRL"));
}

TEST_CASE("made-up amounts do not overflow the LTV", "[model][projection]")
{
    std::vector<Fact> facts;
    for (int i = 10; i < 30; ++i) {
        facts.push_back(approved("HP" + std::to_string(i), day(1)));
        facts.back().price = "1000000000000";
    }
    CHECK(after(facts, day(2)).ltv.at("BRL").text() == "8000000000000.00");
}

TEST_CASE("a boleto that is open beside a paid month makes no debt", "[model][projection]")
{
    const Fact boleto = as(FactType::purchase_billet_printed, month("HP2", 0), day(0));
    const auto student = after({boleto, month("HP1", 1), of_subscription(refunded("HP1", day(5)), code)}, day(6));
    CHECK(student.lifecycle == Lifecycle::churned);
}

TEST_CASE("a source whose clock runs ahead leaves the present as it is", "[model][projection]")
{
    // Reactivated in the future; until then the cancellation stands, and the paid time ends before.
    const std::vector facts{month("HP1", 1), cancelled(code, day(10), day(31)), month("HP2", 50)};
    const auto now = after(facts, day(20), CancellationPolicy::end_of_period);
    CHECK(now.changes_at == day(31));
    CHECK(course(after(facts, day(31), CancellationPolicy::end_of_period)) == Statuses{"Ativo", "Cancelado", "Ativo"});
}
