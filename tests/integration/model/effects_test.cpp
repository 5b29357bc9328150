#include "fold_fixture.hpp"
#include "model/rules/imports.hpp"
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
    void wait_until(int present)
    {
        now = day(present);
        refold({user_id()});
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

TEST_CASE_METHOD(EffectsFixture, "who comes back is welcomed back, also after a second onboarding", "[model][effects]")
{
    on(1, {approved("HP1", day(1))});
    on(2, {refunded("HP1", day(2))});
    on(3, {approved("HP2", day(3))});
    CHECK(flows() == "onboarding churn onboarding");
    on(4, {linked("220", day(4))});
    CHECK(flows() == "onboarding churn onboarding welcome_back");
}

TEST_CASE_METHOD(EffectsFixture, "who pays again after a pause is welcomed back", "[model][effects]")
{
    on(1, {of_subscription(approved("HP1", day(1), poetry), code, day(31))});
    CHECK(flows() == "welcome");
    Fact delayed = of_subscription(approved("HP2", day(31), poetry), code);
    delayed.id = fact_id("delayed");
    delayed.type = FactType::purchase_delayed;
    delayed.approved_at.reset();
    on(31, {delayed});
    wait_until(39);
    CHECK(text("SELECT lifecycle FROM users") == "pending_payment");
    on(40, {of_subscription(approved("HP3", day(40), poetry), code, day(70))});
    CHECK(flows() == "welcome welcome_back");
}

TEST_CASE_METHOD(EffectsFixture, "who was never away is not welcomed back", "[model][effects]")
{
    on(1, {approved("HP1", day(1), poetry)});
    on(2, {approved("HP2", day(2), club)}); // another account is needed for this one
    on(3, {refunded("HP1", day(3), poetry), linked("220", day(3))});
    CHECK(flows() == "welcome onboarding welcome");
}

TEST_CASE_METHOD(EffectsFixture, "an import starts no conversation, and a purchase after it its own",
                 "[model][effects][imports]")
{
    const bool is_dated = GENERATE(false, true);
    const auto until = is_dated ? std::optional{day(3)} : std::nullopt;
    on(1, {import_fact({std::string{rita}, "Rita", "", std::string{club_id}, std::nullopt, until}, day(1))});
    CHECK(text("SELECT lifecycle FROM users") == "active");
    CHECK(number("SELECT count(*) FROM onboarding_tokens") == 0);
    wait_until(3);
    CHECK(number("SELECT count(*) FROM messages WHERE channel = 'manychat_flow' AND template <> 'churn'") == 0);
    on(4, {approved("HP1", day(4), chess)});
    CHECK(flows() == (is_dated ? "churn onboarding" : "onboarding"));
    on(5, {linked("220", day(5))});
    CHECK(flows() == (is_dated ? "churn onboarding welcome_back" : "onboarding welcome"));
}

TEST_CASE_METHOD(EffectsFixture, "who changes to another plan and back has left the other one, classes included",
                 "[model][effects]")
{
    connection().script(
        "INSERT INTO classes (id, name) VALUES ('00000000-0000-7000-8000-0000000000c1', 'Leitura'), "
        "('00000000-0000-7000-8000-0000000000c2', 'Xadrez'); "
        "INSERT INTO product_identifiers (kind, value, product_id) VALUES "
        "('plan.id', '900000', '00000000-0000-7000-8000-000000000002'), "
        "('plan.id', '900001', '00000000-0000-7000-8000-000000000001'); "
        "INSERT INTO access_rules (id, product_id, kind, value) SELECT gen_random_uuid(), product_id::uuid, "
        "'class_enrollment', class_id FROM (VALUES "
        "('00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-0000000000c1'), "
        "('00000000-0000-7000-8000-000000000002', '00000000-0000-7000-8000-0000000000c2')) "
        "AS rule (product_id, class_id)");
    catalogue = load_catalogue(connection());
    const std::vector story{of_subscription(approved("HP1", day(1)), code, day(31)), switched("900000", day(2)),
                            switched("900001", day(3))};
    const auto check = [&] {
        CHECK(
            text("SELECT string_agg(name || '=' || status || coalesce(' since ' || (ended_at - started_at)::text, ''), "
                 "', ' ORDER BY name) FROM enrollments JOIN products ON products.id = product_id") ==
            "Clube de Leitura=active, Curso de Xadrez=cancelled since 1 day");
        CHECK(text("SELECT string_agg(name || '=' || status || CASE WHEN is_current THEN ' now' ELSE '' END, ', ' "
                   "ORDER BY name, valid_from) FROM student_course_status JOIN products ON products.id = product_id") ==
              "Clube de Leitura=Ativo, Clube de Leitura=Cancelado, Clube de Leitura=Ativo now, "
              "Curso de Xadrez=Ativo, Curso de Xadrez=Cancelado now");
        CHECK(text("SELECT string_agg(name, ', ' ORDER BY name) FROM class_enrollments JOIN classes "
                   "ON classes.id = class_id WHERE ended_at IS NULL AND source = 'product'") == "Leitura");
    };
    for (int i = 0; i < 3; ++i)
        on(i + 1, {story[static_cast<std::size_t>(i)]});
    check();
    CHECK(text("SELECT string_agg(name, ', ' ORDER BY name) FROM class_enrollments JOIN classes "
               "ON classes.id = class_id WHERE ended_at IS NOT NULL") == "Xadrez");
    const auto in_sequence = stored();

    forget_students();
    for (const auto& fact : {story[2], story[0], story[1]})
        fold({fact});
    check();
    CHECK(stored() == in_sequence);
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

TEST_CASE_METHOD(EffectsFixture, "access that begins again is told again, and starts its flow again",
                 "[model][effects]")
{
    connection().execute("INSERT INTO access_rules (id, product_id, kind, value) VALUES "
                         "(gen_random_uuid(), $1, 'manychat_flow', 'content7')",
                         {std::string{club_id}});
    catalogue = load_catalogue(connection());
    on(1, {approved("HP1", day(1))});
    on(20, {refunded("HP1", day(20))});
    on(40, {approved("HP2", day(40))});
    CHECK(notices() == "access_began=Clube de Leitura access_ended=Clube de Leitura access_began=Clube de Leitura");
    CHECK(number("SELECT count(*) FROM messages WHERE template = 'access'") == 2);

    // A second purchase beside a living one begins nothing.
    on(41, {approved("HP3", day(41))});
    on(42, {refunded("HP2", day(42))});
    CHECK(number("SELECT count(*) FROM messages WHERE template = 'access'") == 2);
    CHECK(number("SELECT count(*) FROM messages WHERE template = 'access_began'") == 2);
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
