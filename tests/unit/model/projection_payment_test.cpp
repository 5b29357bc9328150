#include "model/rules/hotmart_event.hpp"
#include "model/rules/projection.hpp"
#include "story.hpp"

#include <catch2/catch.hpp>

#include <vector>

using namespace ciclo;
using namespace ciclo::model;
using namespace ciclo::testing;

namespace {

StudentView after(const std::vector<Fact>& facts, Time now = day(100))
{
    return project(facts, story_catalogue(), Policy{}, now);
}

const EnrollmentView& enrollment(const StudentView& student, std::string_view product = club_id)
{
    INFO("product " << product);
    REQUIRE(student.enrollments.contains(std::string{product}));
    return student.enrollments.at(std::string{product});
}

bool has_access(const StudentView& student, std::string_view product = club_id)
{
    const auto found = student.enrollments.find(std::string{product});
    return found != student.enrollments.end() && found->second.status == EnrollmentStatus::active;
}

} // namespace

TEST_CASE("nothing happened: nothing is known and nothing is wanted", "[model][projection]")
{
    const auto student = after({});

    CHECK(student.email.empty());
    CHECK_FALSE(student.lifecycle.has_value());
    CHECK(student.enrollments.empty());
    CHECK(wanted_discord_roles(student, story_catalogue()).empty());
}

TEST_CASE("a purchase gives access, and onboarding is open until Discord is linked", "[model][projection]")
{
    const auto student = after({approved("HP1", day(1))});

    CHECK(student.email == rita);
    CHECK(student.name == "Rita Alves");
    CHECK(student.phone == "31988887777");
    CHECK(student.lifecycle == Lifecycle::pending_onboarding);
    CHECK(enrollment(student).status == EnrollmentStatus::active);
    CHECK(enrollment(student).started_at == day(1) - std::chrono::seconds{5});
    CHECK(enrollment(student).origin_transaction == "HP1");
    CHECK_FALSE(enrollment(student).ended_at.has_value());
    CHECK(student.transactions.at("HP1").status == TransactionStatus::approved);
    CHECK(student.transactions.at("HP1").matched_by == "product.id=4100200");
    CHECK(wanted_discord_roles(student, story_catalogue()) == std::set<std::string>{std::string{club_role}});
}

TEST_CASE("a linked student with access is active", "[model][projection]")
{
    const auto student = after({approved("HP1", day(1)), linked("220000000000000001", day(2))});

    CHECK(student.lifecycle == Lifecycle::active);
    CHECK(student.discord_id == "220000000000000001");
}

TEST_CASE("the link may come before the purchase", "[model][projection]")
{
    CHECK(after({linked("220000000000000001", day(0)), approved("HP1", day(1))}).lifecycle == Lifecycle::active);
    CHECK_FALSE(after({linked("220000000000000001", day(0))}).lifecycle.has_value());
}

TEST_CASE("the latest link counts", "[model][projection]")
{
    const auto student = after({linked("2", day(5)), approved("HP1", day(1)), linked("1", day(3))});

    CHECK(student.discord_id == "2");
}

TEST_CASE("no onboarding is needed without a Discord role or with Discord off", "[model][projection]")
{
    CHECK(after({approved("HP1", day(1), poetry)}).lifecycle == Lifecycle::active);

    Policy without_discord;
    without_discord.discord_enabled = false;
    const std::vector facts{approved("HP1", day(1))};
    CHECK(project(facts, story_catalogue(), without_discord, day(2)).lifecycle == Lifecycle::active);
}

TEST_CASE("the end of the warranty changes nothing but the status", "[model][projection]")
{
    const auto student = after({approved("HP1", day(1)), completed("HP1", day(8), day(1))});

    CHECK(student.transactions.at("HP1").status == TransactionStatus::completed);
    CHECK(has_access(student));
    CHECK(enrollment(student).started_at == day(1) - std::chrono::seconds{5});
}

TEST_CASE("a purchase of which only the completion was heard gives access", "[model][projection]")
{
    CHECK(has_access(after({completed("HP1", day(8), day(1))})));
}

TEST_CASE("a refund or a chargeback takes access away", "[model][projection]")
{
    for (const Fact& end : {refunded("HP1", day(6)), charged_back("HP1", day(6))}) {
        CAPTURE(to_string(end.type));
        const auto student = after({approved("HP1", day(1)), linked("1", day(2)), end});

        CHECK(student.transactions.at("HP1").status == TransactionStatus::refunded);
        CHECK(enrollment(student).status == EnrollmentStatus::cancelled);
        CHECK(enrollment(student).ended_at == day(6));
        CHECK(student.lifecycle == Lifecycle::churned);
        CHECK(wanted_discord_roles(student, story_catalogue()).empty());
    }
}

TEST_CASE("a refund that arrives before its approval wins", "[model][projection]")
{
    const auto refund_alone = after({refunded("HP1", day(6))});
    CHECK(refund_alone.lifecycle == Lifecycle::churned);
    CHECK(enrollment(refund_alone).status == EnrollmentStatus::cancelled);

    const auto both = after({refunded("HP1", day(6)), approved("HP1", day(1))});
    CHECK(both.lifecycle == Lifecycle::churned);
    CHECK(enrollment(both).status == EnrollmentStatus::cancelled);
    CHECK(enrollment(both).started_at == day(1) - std::chrono::seconds{5});
    CHECK(enrollment(both).ended_at == day(6));
}

TEST_CASE("money that went back does not come back under the same transaction", "[model][projection]")
{
    // Also when Hotmart dates the approval or the completion later than the refund.
    const auto student = after({refunded("HP1", day(6)), approved("HP1", day(7)), completed("HP1", day(9), day(7))});

    CHECK(student.transactions.at("HP1").status == TransactionStatus::refunded);
    CHECK_FALSE(has_access(student));
}

TEST_CASE("a partial refund leaves access", "[model][projection]")
{
    Fact partial = refunded("HP1", day(6));
    partial.hotmart_status = "PARTIALLY_REFUNDED";
    const auto student = after({approved("HP1", day(1)), partial});

    CHECK(student.transactions.at("HP1").status == TransactionStatus::partially_refunded);
    CHECK(has_access(student));

    const auto later_in_full = after({approved("HP1", day(1)), partial, refunded("HP1", day(9))});
    CHECK_FALSE(has_access(later_in_full));
}

TEST_CASE("when event and status contradict each other the event decides", "[model][projection]")
{
    Fact refund = refunded("HP1", day(6));
    refund.hotmart_status = "APPROVED";
    Fact approval = approved("HP2", day(1), chess);
    approval.hotmart_status = "STARTED";

    const auto student = after({approved("HP1", day(1)), refund, approval});

    CHECK_FALSE(has_access(student, club_id));
    CHECK(has_access(student, chess_id));
    CHECK(student.transactions.at("HP2").hotmart_status == "STARTED");
}

TEST_CASE("another live purchase of the same product keeps access", "[model][projection]")
{
    const auto student = after({approved("HP1", day(1)), approved("HP2", day(3)), refunded("HP1", day(6))});

    CHECK(has_access(student));
    CHECK(enrollment(student).origin_transaction == "HP2");
    CHECK(enrollment(student).started_at == day(1) - std::chrono::seconds{5});
    CHECK_FALSE(has_access(
        after({approved("HP1", day(1)), approved("HP2", day(3)), refunded("HP1", day(6)), refunded("HP2", day(7))})));
}

TEST_CASE("a student who churned and buys again is active at once when linked", "[model][projection]")
{
    const std::vector facts{approved("HP1", day(1)), linked("1", day(2)), refunded("HP1", day(6)),
                            approved("HP2", day(20))};

    CHECK(after({facts.begin(), facts.end() - 1}).lifecycle == Lifecycle::churned);
    CHECK(after(facts).lifecycle == Lifecycle::active);
}

TEST_CASE("nobody gets access under the address that stands for none", "[model][projection]")
{
    Fact purchase = approved("HP1", day(1));
    purchase.email = unknown_email;
    const auto student = after({purchase});

    CHECK(student.transactions.contains("HP1"));
    CHECK(student.enrollments.empty());
    CHECK_FALSE(student.lifecycle.has_value());
}

TEST_CASE("an event that tells no address takes nothing from somebody whose address is known", "[model][projection]")
{
    // It belongs to Rita by its subscriber code, for example.
    Fact completion = completed("HP1", day(8), day(1));
    completion.email = unknown_email;
    const auto student = after({approved("HP1", day(1)), completion});

    CHECK(student.email == rita);
    CHECK(has_access(student));
    CHECK(student.lifecycle == Lifecycle::pending_onboarding);

    completion.occurred_at = day(0);
    CHECK(after({completion, approved("HP1", day(1))}).email == rita);
}

TEST_CASE("names and numbers come from the latest event that tells them", "[model][projection]")
{
    Fact later = completed("HP1", day(8), day(1));
    later.name = "Rita Alves Prado";
    later.phone = "";
    later.price = "";
    later.currency = "";
    later.candidates.clear();
    Fact earlier = approved("HP1", day(1));
    earlier.warranty_ends_at = day(8);

    const auto student = after({later, earlier});

    CHECK(student.name == "Rita Alves Prado");
    CHECK(student.phone == "31988887777");
    const auto& transaction = student.transactions.at("HP1");
    CHECK(transaction.price == "89.9");
    CHECK(transaction.currency == "BRL");
    CHECK(transaction.warranty_ends_at == day(8));
    CHECK(transaction.candidates.size() == 1);
    CHECK(transaction.hotmart_status == "COMPLETED");
}

TEST_CASE("a fact that is there twice counts once", "[model][projection]")
{
    const auto once = after({approved("HP1", day(1))});
    const auto twice = after({approved("HP1", day(1)), approved("HP1", day(1))});

    CHECK(twice.transactions.size() == once.transactions.size());
    CHECK(twice.lifecycle == once.lifecycle);
}

TEST_CASE("access that comes back after a gap has a beginning of its own", "[model][projection]")
{
    const std::chrono::seconds paid_before{5};
    const std::vector back{approved("HP1", day(1)), refunded("HP1", day(5)), approved("HP2", day(9))};
    CHECK(enrollment(after(back)).started_at == day(1) - paid_before);
    CHECK(enrollment(after(back)).access_since == day(9));

    const std::vector never_gone{approved("HP1", day(1)), approved("HP2", day(3)), refunded("HP1", day(5))};
    CHECK(enrollment(after(never_gone)).access_since == day(1) - paid_before);
}
