#include "fold_fixture.hpp"

#include <catch2/catch.hpp>

using namespace ciclo;
using namespace ciclo::model;
using namespace ciclo::testing;

namespace {

constexpr auto code = "QX7PL2AB";

} // namespace

TEST_CASE_METHOD(FoldFixture, "a first purchase makes the student with everything that follows from it",
                 "[model][fold]")
{
    Fact purchase = of_subscription(approved("HP1", day(1)), code, day(31));
    purchase.warranty_ends_at = day(8);
    purchase.recurrence_number = 1;

    const auto folded = fold({purchase});

    REQUIRE(folded.size() == 1);
    const std::string id = user_id();
    CHECK(folded[0].user_id == id);
    CHECK(folded[0].correlation_id == purchase.id);
    CHECK(folded[0].discord_wanted);
    CHECK(text("SELECT jsonb_strip_nulls(to_jsonb(users)) - 'id' - 'created_at' - 'updated_at' - 'folded_under' "
               "FROM users") ==
          R"({"ltv": 89.90, "name": "Rita Alves", "role": "student", "email": "rita.alves@example.com", )"
          R"("phone": "31988887777", "lifecycle": "pending_onboarding"})");
    CHECK(text("SELECT jsonb_strip_nulls(to_jsonb(transactions)) - 'user_id' - 'updated_at' FROM transactions") ==
          R"({"code": "HP1", "price": 89.9, "status": "APPROVED", "currency": "BRL", )"
          R"("candidates": "product.id=4100200", "matched_by": "product.id=4100200", "offer_code": "cl9mensal", )"
          R"("ordered_at": "2026-01-02T11:59:00+00:00", "product_id": "00000000-0000-7000-8000-000000000001", )"
          R"("approved_at": "2026-01-02T11:59:55+00:00", "paid_amount": 89.90, "installments": 1, )"
          R"("payment_type": "PIX", "hotmart_status": "APPROVED", "next_charge_at": "2026-02-01T12:00:00+00:00", )"
          R"("refunded_amount": 0.00, "subscriber_code": "QX7PL2AB", )"
          R"("warranty_ends_at": "2026-01-09T12:00:00+00:00", "recurrence_number": 1})");
    CHECK(text("SELECT to_jsonb(subscriptions) - 'user_id' - 'updated_at' FROM subscriptions") ==
          R"({"status": "ACTIVE", "plan_id": "812345", "plan_name": "Mensal", )"
          R"("product_id": "00000000-0000-7000-8000-000000000001", "cancelled_at": null, )"
          R"("next_charge_at": "2026-02-01T12:00:00+00:00", "subscriber_code": "QX7PL2AB"})");
    CHECK(text("SELECT jsonb_strip_nulls(to_jsonb(enrollments)) - 'user_id' - 'updated_at' FROM enrollments") ==
          R"({"status": "active", "renews_at": "2026-02-01T12:00:00+00:00", )"
          R"("product_id": "00000000-0000-7000-8000-000000000001", "started_at": "2026-01-02T11:59:55+00:00", )"
          R"("access_since": "2026-01-02T11:59:55+00:00", "origin_transaction": "HP1"})");
    CHECK(text("SELECT id || ' ' || type || ' ' || occurred_at FROM facts") ==
          purchase.id + " PURCHASE_APPROVED 2026-01-02 12:00:00+00");
    CHECK(number("SELECT wanted_version FROM reconciliations WHERE user_id = $1 AND target = 'discord'", {id}) == 1);
    CHECK(text("SELECT correlation_id FROM reconciliations") == purchase.id);
    CHECK(events_of(id) == "lifecycle.transition enrollment.enrolled");
    CHECK(number("SELECT count(*) FROM onboarding_tokens") == 1);
}

TEST_CASE_METHOD(FoldFixture, "the same facts again write nothing", "[model][fold]")
{
    const std::vector facts{of_subscription(approved("HP1", day(1)), code, day(31)),
                            cancelled(code, day(3)),
                            approved("HP2", day(2), chess),
                            approved("HP3", day(2), unmapped),
                            linked("220000000000000001", day(4)),
                            refunded("HP2", day(5), chess)};
    fold(facts);
    const auto before = row_versions();

    const auto folded = fold(facts);

    CHECK(row_versions() == before);
    REQUIRE(folded.size() == 1);
    CHECK_FALSE(folded[0].discord_wanted);
}

TEST_CASE_METHOD(FoldFixture, "folding again without news writes nothing", "[model][fold]")
{
    fold({of_subscription(approved("HP1", day(1)), code, day(31)), linked("220000000000000001", day(4))});
    const auto before = row_versions();

    const auto folded = refold({user_id()});

    CHECK(row_versions() == before);
    REQUIRE(folded.size() == 1);
    CHECK(folded[0].view.lifecycle == Lifecycle::active);
    CHECK_FALSE(folded[0].discord_wanted);
}

TEST_CASE_METHOD(FoldFixture, "facts that come one by one leave the same as all at once", "[model][fold]")
{
    const std::vector facts{of_subscription(approved("HP1", day(1)), code, day(31)), linked("1", day(2)),
                            approved("HP2", day(3), chess), refunded("HP2", day(5), chess),
                            of_subscription(completed("HP1", day(8), day(1)), code, day(31))};
    fold(facts);
    const auto at_once = stored();
    forget_students();

    for (const Fact& fact : facts)
        fold({fact});

    CHECK(stored() == at_once);
}

TEST_CASE_METHOD(FoldFixture, "a refund takes back what the purchase gave", "[model][fold]")
{
    const Fact refund = refunded("HP1", day(6));
    fold({approved("HP1", day(1)), linked("220000000000000001", day(2))});

    const auto folded = fold({refund});

    const std::string id = user_id();
    CHECK(folded[0].discord_wanted);
    CHECK(text("SELECT status FROM enrollments") == "cancelled");
    CHECK(text("SELECT ended_at = '2026-01-07 12:00Z' FROM enrollments") == "t");
    CHECK(text("SELECT status FROM transactions") == "REFUNDED");
    CHECK(text("SELECT lifecycle FROM users") == "churned");
    CHECK(number("SELECT wanted_version FROM reconciliations WHERE target = 'discord'") == 2);
    CHECK(events_of(id) == "lifecycle.transition enrollment.enrolled lifecycle.transition enrollment.unenrolled");
    CHECK(text("SELECT payload FROM events WHERE type = 'lifecycle.transition' ORDER BY id DESC LIMIT 1") ==
          "{\"to\": \"churned\", \"from\": \"active\", \"trigger\": \"PURCHASE_REFUNDED\", \"correlation_id\": \"" +
              refund.id + "\"}");
}

TEST_CASE_METHOD(FoldFixture, "a refund that is folded before its approval wins", "[model][fold]")
{
    fold({refunded("HP1", day(6))});
    const auto folded = fold({approved("HP1", day(1))});

    CHECK_FALSE(folded[0].discord_wanted);
    CHECK(text("SELECT lifecycle FROM users") == "churned");
    CHECK(text("SELECT status FROM enrollments") == "cancelled");
    CHECK(number("SELECT count(*) FROM events WHERE type = 'enrollment.enrolled'") == 0);
    CHECK(number("SELECT count(*) FROM onboarding_tokens") == 0);
}

TEST_CASE_METHOD(FoldFixture, "one batch may hold many facts of several students", "[model][fold]")
{
    const auto folded = fold({approved("HP1", day(1)), with_email(approved("HP2", day(1)), "leo@example.com"),
                              refunded("HP1", day(2)), with_email(linked("1", day(2)), "leo@example.com"),
                              with_email(approved("HP3", day(1), poetry), "ana@example.com")});

    CHECK(folded.size() == 3);
    CHECK(text("SELECT string_agg(email || '=' || lifecycle, ' ' ORDER BY email) FROM users") ==
          "ana@example.com=active leo@example.com=active rita.alves@example.com=churned");
}

TEST_CASE_METHOD(FoldFixture, "reconciliation is wanted only when roles or the account change", "[model][fold]")
{
    const auto wanted = [this] {
        return number("SELECT coalesce(max(wanted_version), 0) FROM reconciliations WHERE target = 'discord'");
    };

    fold({approved("HP0", day(0), poetry)}); // a product without role
    CHECK(wanted() == 0);
    fold({of_subscription(approved("HP1", day(1)), code, day(31))});
    CHECK(wanted() == 1);
    fold({of_subscription(completed("HP1", day(8), day(1)), code, day(31))}); // warranty over
    fold({of_subscription(approved("HP2", day(31)), code, day(61))});         // renewal
    fold({approved("HP3", day(32))});                                         // bought again beside it
    CHECK(wanted() == 1);
    fold({linked("220000000000000001", day(33))});
    CHECK(wanted() == 2);
    fold({linked("220000000000000001", day(34))}); // the same account once more
    CHECK(wanted() == 2);
    fold({linked("220000000000000002", day(35))});
    CHECK(wanted() == 3);
    fold({approved("HP4", day(36), chess)});
    CHECK(wanted() == 4);
    fold({refunded("HP3", day(37))}); // the subscription still gives the role
    CHECK(wanted() == 4);
    fold({cancelled(code, day(38))});
    CHECK(wanted() == 5);
    CHECK(number("SELECT count(*) FROM reconciliations WHERE target = 'discord'") == 1);
}

TEST_CASE_METHOD(FoldFixture, "an onboarding token is made once for each onboarding", "[model][fold]")
{
    const auto tokens = [this] { return number("SELECT count(*) FROM onboarding_tokens"); };

    fold({approved("HP1", day(1))});
    CHECK(tokens() == 1);
    fold({approved("HP2", day(2), chess), completed("HP1", day(8), day(1))});
    refold({user_id()});
    CHECK(tokens() == 1);
    fold({refunded("HP1", day(9)), refunded("HP2", day(9), chess)});
    CHECK(tokens() == 1);
    fold({approved("HP3", day(10))});
    CHECK(tokens() == 2);
    fold({linked("1", day(11))});
    fold({refunded("HP3", day(12))});
    fold({approved("HP4", day(13))}); // linked: straight back to active
    CHECK(tokens() == 2);
}

TEST_CASE_METHOD(FoldFixture, "the audit log holds ids and no personal data", "[model][fold]")
{
    fold({of_subscription(approved("HP1", day(1)), code), linked("220000000000000001", day(2))});
    fold({refunded("HP1", day(3))});

    REQUIRE(number("SELECT count(*) FROM events") > 2);
    CHECK(number("SELECT count(*) FROM events WHERE payload::text ~* 'rita|example|31988|220000'") == 0);
    CHECK(number("SELECT count(*) FROM events WHERE payload ->> 'correlation_id' IS NULL") == 0);
    CHECK(number("SELECT count(*) FROM events WHERE target_id <> $1", {user_id()}) == 0);
    CHECK(number("SELECT count(*) FROM events WHERE status <> 'processed'") == 0);
}

TEST_CASE_METHOD(FoldFixture, "a name or phone that an event does not tell is kept", "[model][fold]")
{
    fold({approved("HP1", day(1))});
    Fact silent = completed("HP1", day(8), day(1));
    silent.name.clear();
    silent.phone.clear();
    fold({silent});

    CHECK(text("SELECT name || ' ' || phone FROM users") == "Rita Alves 31988887777");

    Fact renamed = approved("HP2", day(9));
    renamed.name = "Rita Alves Prado";
    fold({renamed});
    CHECK(text("SELECT name FROM users") == "Rita Alves Prado");
}

TEST_CASE_METHOD(FoldFixture, "an unmapped sale is served as soon as somebody maps the product", "[model][fold]")
{
    Fact sale = approved("HP1", day(1), unmapped);
    sale.candidates.push_back({"subscription.plan.id", "654321"});
    fold({sale});
    CHECK(text("SELECT candidates FROM transactions WHERE product_id IS NULL") ==
          "product.id=9999999\nsubscription.plan.id=654321");
    CHECK(text("SELECT lifecycle IS NULL FROM users") == "t");

    catalogue.identify("plan.id", "654321", std::string{club_id});
    const auto folded = refold({user_id()});

    CHECK(folded[0].discord_wanted);
    CHECK(text("SELECT matched_by FROM transactions") == "subscription.plan.id=654321");
    CHECK(text("SELECT lifecycle FROM users") == "pending_onboarding");
    CHECK(text("SELECT payload ->> 'trigger' FROM events WHERE type = 'enrollment.enrolled'") == "refold");
}

TEST_CASE_METHOD(FoldFixture, "prices are stored to the last digit", "[model][fold]")
{
    for (const auto* price : {"997", "124.75", "0.1", "1234567890.123456", "1.5e2", "0"}) {
        CAPTURE(price);
        Fact purchase = approved(std::string{"HP"} + price, day(1));
        purchase.price = price;
        fold({purchase});
        CHECK(text("SELECT price = $1::numeric FROM transactions WHERE code = $2", {price, purchase.transaction}) ==
              "t");
    }
}

TEST_CASE_METHOD(FoldFixture, "a stored fact that cannot be understood stops the fold instead of being left out",
                 "[model][fold]")
{
    fold({approved("HP1", day(1))});
    connection().script("UPDATE facts SET type = 'PURCHASE_IMAGINED'");

    CHECK_THROWS_WITH(refold({user_id()}), Catch::Contains("unknown type PURCHASE_IMAGINED"));
    CHECK(text("SELECT status FROM enrollments") == "active");
}
