#include "model/stores/account_store.hpp"
#include "model/stores/catalogue_store.hpp"
#include "model/stores/failure_store.hpp"
#include "model/stores/money_audit.hpp"
#include "model/stores/unmapped_sales.hpp"
#include "worker_fixture.hpp"

#include <catch2/catch.hpp>
#include <fmt/core.h>

using namespace ciclo;
using namespace ciclo::model;
using namespace ciclo::testing;

namespace {

// A sale as Hotmart tells it; its time decides what the catalogue made of it then.
Delivery sale(std::string_view transaction, std::string_view product, Time when, std::string_view email = rita)
{
    const auto moment = std::chrono::duration_cast<std::chrono::milliseconds>(when.time_since_epoch()).count();
    Delivery made;
    made.id = fact_id(fmt::format("sale {}", transaction));
    made.type = "PURCHASE_APPROVED";
    made.payload = fmt::format(
        R"({{"id":"{}","creation_date":{},"event":"PURCHASE_APPROVED","version":"2.0.0","data":{{"product":{{"id":{}}},)"
        R"("buyer":{{"email":"{}","name":"Rita Alves"}},"purchase":{{"transaction":"{}","status":"APPROVED",)"
        R"("approved_date":{},"price":{{"value":89.9,"currency_value":"BRL"}}}}}}}})",
        made.id, moment, product, email, transaction, moment);
    return made;
}

class CatalogueChange : public WorkerFixture {
public:
    CatalogueChange() { now = ciclo::now(); }
    std::string access(std::string_view email = rita)
    {
        return text("SELECT coalesce(string_agg(name || '=' || enrollments.status, ' ' ORDER BY name), 'none') "
                    "FROM enrollments JOIN products ON products.id = product_id WHERE user_id = $1",
                    {user_id(email)});
    }
    void refold_rita()
    {
        catalogue = load_catalogue(connection());
        refold({user_id()});
    }
};

} // namespace

TEST_CASE_METHOD(CatalogueChange, "an identifier that was removed keeps what was sold by it and names nothing new",
                 "[model][catalogue]")
{
    deliver({sale("HP1", poetry, now - std::chrono::days{1})});
    const auto removed = remove_identifier(connection(), "product.id", std::string{poetry});
    REQUIRE(removed.has_value());
    CHECK(removed->product_id == poetry_id);
    CHECK(removed->students == 1);
    CHECK(remove_identifier(connection(), "product.id", std::string{poetry}).error().kind == ErrorKind::not_found);
    const auto before = stored();

    refold_rita();
    CHECK(stored() == before);
    CHECK(replay() == 0);
    CHECK(access() == "Oficina de Poesia=active");
    // Bought before, told after.
    deliver({sale("HP2", poetry, now - std::chrono::hours{1}, "leo@example.com")});
    CHECK(access("leo@example.com") == "Oficina de Poesia=active");
    // Bought after.
    now += std::chrono::hours{1};
    const auto late = sale("HP3", poetry, now, "ana@example.com");
    deliver({late});
    CHECK(access("ana@example.com") == "none");
    CHECK(event_status(late.id) == "unprocessed");
    CHECK(list_products(connection())[0].identifiers == "product.id=4100400 (removed)");

    REQUIRE(add_identifier(connection(), std::string{poetry_id}, "product.id", std::string{poetry}).has_value());
    CHECK(servable_sales(connection(), load_catalogue(connection())).size() == 1);
}

TEST_CASE_METHOD(CatalogueChange, "a product that is switched off keeps its students", "[model][catalogue]")
{
    deliver({sale("HP1", poetry, now - std::chrono::days{1})});
    const auto off = set_product_active(connection(), std::string{poetry_id}, false);
    REQUIRE(off.has_value());
    CHECK(off->students == 1);

    refold_rita();
    CHECK(access() == "Oficina de Poesia=active");
    deliver({sale("HP2", poetry, now + std::chrono::hours{1}, "ana@example.com")});
    CHECK(access("ana@example.com") == "none");
    CHECK_FALSE(list_products(connection())[0].active);
    CHECK(set_product_active(connection(), fact_id("nothing"), true).error().kind == ErrorKind::not_found);
}

TEST_CASE_METHOD(CatalogueChange, "a mapping gives further products, and its end takes none of them away",
                 "[model][catalogue]")
{
    REQUIRE(map_product(connection(), std::string{club}, std::string{poetry_id}).has_value());
    deliver({sale("HP1", club, now - std::chrono::days{1})});
    CHECK(access() == "Clube de Leitura=active Oficina de Poesia=active");
    CHECK(number("SELECT count(*) FROM student_course_status WHERE is_current AND status = 'Ativo'") == 2);

    const auto removed = remove_mapping(connection(), std::string{club}, std::string{poetry_id});
    REQUIRE(removed.has_value());
    CHECK(removed->students == 1);
    refold_rita();
    CHECK(access() == "Clube de Leitura=active Oficina de Poesia=active");
    deliver({sale("HP2", club, now + std::chrono::hours{1}, "ana@example.com")});
    CHECK(access("ana@example.com") == "Clube de Leitura=active");
}

TEST_CASE_METHOD(CatalogueChange, "an identifier given to another product moves its sales there, and that is told",
                 "[model][catalogue]")
{
    deliver({sale("HP1", club, now - std::chrono::days{1})});
    connection().script("UPDATE product_identifiers SET product_id = '00000000-0000-7000-8000-000000000002' "
                        "WHERE value = '4100200'");
    refold_rita();

    CHECK(access() == "Curso de Xadrez=active");
    CHECK(text("SELECT string_agg(product_id || '=' || status, ' ') FROM student_course_status WHERE is_current") ==
          std::string{chess_id} + "=Ativo");
    CHECK(events_of(user_id()) == "lifecycle.transition enrollment.enrolled hotmart.purchase_approved "
                                  "enrollment.enrolled enrollment.unenrolled");
    CHECK(number("SELECT wanted_version FROM reconciliations WHERE target = 'discord'") == 2);
    CHECK(replay() == 0);
}

TEST_CASE_METHOD(CatalogueChange,
                 "an identifier removed and then given to another product leaves nobody between the two",
                 "[model][catalogue]")
{
    deliver({sale("HP1", club, now - std::chrono::days{1})});
    REQUIRE(remove_identifier(connection(), "product.id", std::string{club}).has_value());
    refold_rita();
    CHECK(access() == "Clube de Leitura=active");

    REQUIRE(add_identifier(connection(), std::string{chess_id}, "product.id", std::string{club}).has_value());
    refold_rita();
    CHECK(access() == "Curso de Xadrez=active");
    CHECK(number("SELECT count(*) FROM student_course_status WHERE is_current") == 1);
    CHECK(number("SELECT count(*) FROM events WHERE type = 'enrollment.unenrolled'") == 1);
    CHECK(replay() == 0);
}

TEST_CASE_METHOD(CatalogueChange, "sales without a rule wait for it, and are served together after a dry run",
                 "[model][catalogue][sales]")
{
    const std::vector sales{sale("HP1", unmapped, now), sale("HP2", unmapped, now),
                            sale("HP3", unmapped, now, "leo@example.com"), sale("HP4", "777", now, "leo@example.com")};
    deliver(sales);
    for (const auto& one : sales)
        CHECK(event_status(one.id) == "unprocessed");
    const auto groups = list_unmapped_sales(connection());
    REQUIRE(groups.size() == 2);
    CHECK(groups[0].candidates == "product.id=9999999");
    CHECK(groups[0].people == 2);
    CHECK(groups[0].sales == 3);
    for (const auto& failure : list_failures(connection()))
        CHECK_THAT(failure.error, Catch::Contains("no active product has any of these identifiers: product.id="));
    CHECK(servable_sales(connection(), load_catalogue(connection())).empty());

    REQUIRE(add_identifier(connection(), std::string{poetry_id}, "product.id", std::string{unmapped}).has_value());
    const auto versions = row_versions();
    catalogue = load_catalogue(connection());
    const auto servable = servable_sales(connection(), catalogue); // the dry run
    CHECK(row_versions() == versions);
    REQUIRE(servable.size() == 3);
    CHECK(servable[0].matched_by == "product.id=9999999");
    CHECK(servable[0].is_paid);

    CHECK(serve_sales(connection(), servable).size() == 2);
    fold_due();
    work_off();
    CHECK(access() == "Oficina de Poesia=active");
    CHECK(access("leo@example.com") == "Oficina de Poesia=active");
    for (int i = 0; i < 3; ++i)
        CHECK(event_status(sales[static_cast<std::size_t>(i)].id) == "processed");
    CHECK(list_failures(connection()).size() == 1);
    // The failure of each became `processed`; nothing was written twice.
    CHECK(text("SELECT string_agg(status || '=' || count, ' ' ORDER BY status) FROM (SELECT status, count(*) FROM "
               "events WHERE type = 'hotmart.purchase_approved' GROUP BY status) AS log") == "failed=1 processed=3");
    CHECK(servable_sales(connection(), catalogue).empty());
    CHECK(replay() == 0);
}

TEST_CASE_METHOD(CatalogueChange, "a replay hands events to the worker that can be acted on by now",
                 "[model][catalogue][sales]")
{
    const auto waiting = sale("HP1", unmapped, now);
    deliver({waiting});
    REQUIRE(add_identifier(connection(), std::string{poetry_id}, "product.id", std::string{unmapped}).has_value());

    CHECK(replay() > 0);
    CHECK(access() == "Oficina de Poesia=active");
    CHECK(event_status(waiting.id) == "received");
    work_off();
    CHECK(event_status(waiting.id) == "processed");
    CHECK(replay() == 0);
}

TEST_CASE_METHOD(CatalogueChange, "an event that says too little tells what is missing, and may be tried again",
                 "[model][catalogue][sales]")
{
    Delivery incomplete = sale("", club, now);
    deliver({incomplete});
    const auto failures = list_failures(connection());
    REQUIRE(failures.size() == 1);
    CHECK_THAT(failures[0].error, Catch::Contains("data.purchase.transaction is missing"));

    CHECK(retry_failures(connection(), incomplete.id) == 1);
    work_off();
    CHECK(event_status(incomplete.id) == "unprocessed");
    connection().execute("UPDATE webhook_events SET payload = $1", {sale("HP1", club, now).payload});
    CHECK(retry_failures(connection(), incomplete.id) == 1);
    work_off();
    CHECK(event_status(incomplete.id) == "processed");
    CHECK(access() == "Clube de Leitura=active");
    CHECK(number("SELECT count(*) FROM events WHERE type = 'hotmart.purchase_approved' AND status = 'failed'") == 0);
}

TEST_CASE_METHOD(CatalogueChange, "classes follow the products, and what a person arranged stays", "[model][catalogue]")
{
    const auto evening = add_class(connection(), "Noite");
    const auto morning = add_class(connection(), "Manhã");
    connection().execute(
        "INSERT INTO access_rules (id, product_id, kind, value) VALUES ($1, $2, 'class_enrollment', $3)",
        {fact_id("rule"), poetry_id, evening});
    deliver({sale("HP1", poetry, now - std::chrono::days{2})});
    for (const auto& id : {evening, morning})
        connection().execute("INSERT INTO class_enrollments (class_id, user_id, source) VALUES ($1, $2, 'manual')",
                             {id, user_id()});
    const auto enrolled = [this] {
        return text(
            "SELECT string_agg(name || ' ' || source || coalesce(' ended' || left(ended_at::text, 0), ''), ', ' "
            "ORDER BY name, source) FROM class_enrollments JOIN classes ON classes.id = class_id");
    };
    CHECK(enrolled() == "Manhã manual, Noite manual, Noite product");

    Delivery refund = sale("HP1", poetry, now - std::chrono::days{1});
    refund.id = fact_id("refund");
    refund.type = "PURCHASE_REFUNDED";
    refund.payload.replace(refund.payload.find("PURCHASE_APPROVED"), 17, "PURCHASE_REFUNDED");
    deliver({refund});
    CHECK(enrolled() == "Manhã manual, Noite manual, Noite product ended");

    deliver({sale("HP2", poetry, now)});
    CHECK(enrolled() == "Manhã manual, Noite manual, Noite product");
}

TEST_CASE_METHOD(CatalogueChange, "the audit of the money finds every difference", "[model][money]")
{
    deliver({sale("HP1", club, now), sale("HP2", poetry, now, "leo@example.com")});
    auto audit = audit_money(connection(), "BRL");
    CHECK(audit.students == 2);
    CHECK(audit.differences.empty());

    connection().execute("UPDATE user_ltv SET amount = 89.91 WHERE user_id = $1", {user_id()});
    connection().script("UPDATE users SET ltv = 0 WHERE email = 'leo@example.com'");
    audit = audit_money(connection(), "BRL");
    REQUIRE(audit.differences.size() == 2);
    CHECK(audit.differences[0].user_id == user_id());
    CHECK(audit.differences[0].kept == "89.91");
    CHECK(audit.differences[0].recomputed == "89.90");
    CHECK(audit.differences[1].user_id == user_id("leo@example.com"));

    CHECK(replay() > 0);
    CHECK(audit_money(connection(), "BRL").differences.empty());
}

TEST_CASE_METHOD(CatalogueChange, "a replay leaves the team alone, unless one of it has bought something",
                 "[model][replay]")
{
    REQUIRE(add_account(connection(), {"", "admin@escola.example", Role::admin, "hash"}).has_value());
    CHECK(replay() == 0);

    deliver({sale("HP1", poetry, now - std::chrono::days{1}, "admin@escola.example")});
    connection().script("UPDATE users SET ltv = 7");
    CHECK(replay() == 1);
}

TEST_CASE_METHOD(CatalogueChange, "each course has one current status, and its versions follow each other",
                 "[model][catalogue]")
{
    for (int round = 0; round < 4; ++round) {
        const auto bought = now - std::chrono::days{100 - 10 * round};
        const auto transaction = "HP" + std::to_string(round);
        deliver({sale(transaction, club, bought)});
        Delivery refund = sale(transaction, club, bought + std::chrono::days{3});
        refund.id = fact_id("refund" + transaction);
        refund.type = "PURCHASE_REFUNDED";
        refund.payload.replace(refund.payload.find("PURCHASE_APPROVED"), 17, "PURCHASE_REFUNDED");
        deliver({refund});
        CHECK(number("SELECT count(*) FROM student_course_status WHERE is_current") == 1);
    }
    CHECK(text("SELECT string_agg(status, ' ' ORDER BY valid_from) FROM student_course_status") ==
          "Ativo Reembolsado Ativo Reembolsado Ativo Reembolsado Ativo Reembolsado");
    CHECK(number("SELECT count(*) FROM student_course_status AS one JOIN student_course_status AS next "
                 "ON next.valid_from = one.valid_to AND next.user_id = one.user_id") == 7);
}
