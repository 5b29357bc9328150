#include "fold_fixture.hpp"
#include "model/stores/catalogue_store.hpp"

#include <catch2/catch.hpp>

using namespace ciclo;
using namespace ciclo::model;
using namespace ciclo::testing;
using namespace std::chrono_literals;

namespace {

constexpr auto code = "QX7PL2AB";

class EffectsFixture : public FoldFixture {
public:
    EffectsFixture() { now = day(1); }

    // "onboarding churn", in the order of their making.
    std::string flows()
    {
        return text("SELECT coalesce(string_agg(template, ' ' ORDER BY id), '') FROM messages "
                    "WHERE channel = 'manychat_flow'");
    }
    std::string notices()
    {
        return text("SELECT coalesce(string_agg(template || '=' || (variables ->> 'product'), ' ' ORDER BY id), '') "
                    "FROM messages WHERE channel = 'discord_notification'");
    }
    std::int64_t manychat() // how often something was wanted
    {
        return number("SELECT coalesce(max(wanted_version), 0) FROM reconciliations WHERE target = 'manychat'");
    }
    void on(int present, const std::vector<Fact>& facts)
    {
        now = day(present);
        fold(facts);
        const auto known = number("SELECT count(*) FROM messages");
        fold(facts); // twice, and without news
        refold({user_id()});
        CHECK(number("SELECT count(*) FROM messages") == known);
    }
};

Fact switched(const char* plan, Time when)
{
    Fact fact = cancelled(code, when);
    fact.id = fact_id(std::string{"switch "} + plan + to_iso8601(when));
    fact.type = FactType::plan_switched;
    fact.candidates = {{"plans.id", plan}};
    fact.next_charge_at.reset();
    return fact;
}

} // namespace

TEST_CASE_METHOD(EffectsFixture, "each transition starts its conversation once", "[model][effects]")
{
    on(1, {approved("HP1", day(1))});
    CHECK(flows() == "onboarding");
    CHECK(number("SELECT count(*) FROM onboarding_tokens") == 1);
    on(2, {linked("220", day(2))});
    CHECK(flows() == "onboarding welcome");
    on(3, {approved("HP2", day(3), chess)}); // still active
    on(4, {refunded("HP2", day(4), chess)});
    CHECK(flows() == "onboarding welcome");
    on(5, {refunded("HP1", day(5))});
    CHECK(flows() == "onboarding welcome churn");
    on(6, {approved("HP3", day(6))});
    CHECK(flows() == "onboarding welcome churn welcome_back");
    on(7, {refunded("HP3", day(7))});
    CHECK(flows() == "onboarding welcome churn welcome_back churn");
}

TEST_CASE_METHOD(EffectsFixture, "a conversation names the student, the product and its end, and no more",
                 "[model][effects]")
{
    const Fact purchase = approved("HP1", day(1));
    fold({purchase});

    CHECK(text("SELECT user_id || ' ' || class || ' ' || variables || ' ' || correlation_id FROM messages "
               "WHERE channel = 'manychat_flow'") ==
          user_id() + R"( transactional {"product": "Clube de Leitura"} )" + purchase.id);
    CHECK(text("SELECT use_by = $1::timestamptz FROM messages WHERE channel = 'manychat_flow'", {to_iso8601(day(8))}) ==
          "t");
}

TEST_CASE_METHOD(EffectsFixture, "what happened long ago starts no conversation and tells nobody anything",
                 "[model][effects]")
{
    now = day(200);
    fold({approved("HP1", day(1), poetry)});
    fold({refunded("HP1", day(2), poetry)});

    CHECK(number("SELECT count(*) FROM messages") == 0);
    CHECK(
        text("SELECT string_agg(payload ->> 'to', ' ' ORDER BY id) FROM events WHERE type = 'lifecycle.transition'") ==
        "active churned");
}

TEST_CASE_METHOD(EffectsFixture, "a transition tells where from, where to and why", "[model][effects]")
{
    on(1, {approved("HP1", day(1))});
    on(2, {linked("220", day(2))});
    on(3, {refunded("HP1", day(3))});

    CHECK(text("SELECT string_agg(concat_ws('>', payload ->> 'from', payload ->> 'to', payload ->> 'trigger'), ' ' "
               "ORDER BY id) FROM events WHERE type = 'lifecycle.transition'") ==
          "none>pending_onboarding>PURCHASE_APPROVED pending_onboarding>active>DISCORD_LINKED "
          "active>churned>PURCHASE_REFUNDED");
}

TEST_CASE_METHOD(EffectsFixture, "ManyChat is asked for whenever it would show something else", "[model][effects]")
{
    on(1, {of_subscription(approved("HP1", day(1)), code, day(31))});
    CHECK(manychat() == 1);
    on(2, {of_subscription(completed("HP1", day(2), day(1)), code, day(31))}); // shows nowhere
    CHECK(manychat() == 1);
    on(3, {linked("220", day(3))});
    CHECK(manychat() == 2);
    Fact renamed = of_subscription(approved("HP2", day(4)), code, day(61));
    renamed.phone = "31977776666";
    on(4, {renamed});
    CHECK(manychat() == 3);
    on(5, {approved("HP3", day(5), chess)}); // one more course
    CHECK(manychat() == 4);
    on(6, {cancelled(code, day(6))});
    CHECK(manychat() == 5);
}

TEST_CASE_METHOD(EffectsFixture, "the team hears once of each beginning, end and change of plan", "[model][effects]")
{
    catalogue.identify("plan.id", "900000", std::string{chess_id}); // above the club
    catalogue.identify("plan.id", "900001", std::string{club_id});  // below the course
    on(1, {of_subscription(approved("HP1", day(1)), code, day(31))});
    CHECK(notices() == "access_began=Clube de Leitura");
    on(2, {switched("900000", day(2))});
    CHECK(notices() == "access_began=Clube de Leitura plan_upgrade=Curso de Xadrez");
    on(3, {switched("900001", day(3))});
    CHECK(notices() == "access_began=Clube de Leitura plan_upgrade=Curso de Xadrez plan_downgrade=Clube de Leitura");
    // That there was a change of plan silences nothing that comes after it.
    on(4, {approved("HP2", day(4), poetry)});
    on(5, {cancelled(code, day(5))});
    on(6, {refunded("HP2", day(6), poetry)});
    CHECK(notices() == "access_began=Clube de Leitura plan_upgrade=Curso de Xadrez plan_downgrade=Clube de Leitura "
                       "access_began=Oficina de Poesia access_ended=Clube de Leitura access_ended=Oficina de Poesia");
}

TEST_CASE_METHOD(EffectsFixture, "products of the same rank are changed sideways", "[model][effects]")
{
    connection().script("UPDATE products SET priority = 1");
    catalogue = load_catalogue(connection());
    catalogue.identify("plan.id", "900000", std::string{chess_id});
    on(1, {of_subscription(approved("HP1", day(1)), code, day(31))});
    on(2, {switched("900000", day(2))});

    CHECK(notices() == "access_began=Clube de Leitura plan_lateral=Curso de Xadrez");
    CHECK(text("SELECT string_agg(product_id || '=' || status, ' ' ORDER BY product_id) FROM enrollments") ==
          std::string{club_id} + "=cancelled " + std::string{chess_id} + "=active");
    CHECK(number("SELECT wanted_version FROM reconciliations WHERE target = 'discord'") == 2); // both roles in one
}
