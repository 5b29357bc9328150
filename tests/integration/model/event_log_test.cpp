#include "core/uuid.hpp"
#include "database_fixture.hpp"
#include "model/stores/event_log.hpp"

#include <catch2/catch.hpp>

using namespace ciclo;
using namespace ciclo::model;
using ciclo::testing::DatabaseFixture;

TEST_CASE_METHOD(DatabaseFixture, "events are appended with everything they tell", "[model][events]")
{
    const std::string target = new_uuid();
    const std::string actor = new_uuid();
    const AuditEvent events[] = {
        {"hotmart.purchase_approved", target, audit_payload("corr", {{"transaction", "HP1"}}), AuditStatus::processed,
         "", ""},
        {"discord.role_assigned", target, "{}", AuditStatus::failed, "Missing Permissions", ""},
        {"admin.manual_retry", "", R"({"id":"all"})", AuditStatus::ignored, "", actor},
    };
    const auto statement = append_events(events);

    CHECK(connection().execute(statement.sql, statement.params).affected() == 3);

    CHECK(text("SELECT string_agg(concat_ws(' ', type, status, payload::text, error_message), E'\\n' ORDER BY id) "
               "FROM events") ==
          "hotmart.purchase_approved processed {\"transaction\": \"HP1\", \"correlation_id\": \"corr\"}\n"
          "discord.role_assigned failed {} Missing Permissions\n"
          "admin.manual_retry ignored {\"id\": \"all\"}");
    CHECK(number("SELECT count(*) FROM events WHERE target_id = $1 AND actor_id IS NULL", {target}) == 2);
    CHECK(number("SELECT count(*) FROM events WHERE target_id IS NULL AND actor_id = $1", {actor}) == 1);
}

TEST_CASE_METHOD(DatabaseFixture, "an audit payload leaves out what is not known", "[model][events]")
{
    CHECK(audit_payload("", {{"a", ""}, {"b", "x\"y"}}) == R"({"b":"x\"y"})");
    CHECK(audit_payload("corr") == R"({"correlation_id":"corr"})");
}

TEST_CASE_METHOD(DatabaseFixture, "what was logged can be neither changed nor deleted", "[model][events]")
{
    append_event(connection(), {"email.sent", "", "{}", AuditStatus::processed, "", ""});
    append_event(connection(), {"email.sent", "", "{}", AuditStatus::failed, "refused", ""});

    for (const auto* forbidden : {
             "DELETE FROM events",
             "DELETE FROM events WHERE status = 'failed'",
             "UPDATE events SET status = 'failed' WHERE status = 'processed'",
             "UPDATE events SET status = 'ignored' WHERE status = 'failed'",
             "UPDATE events SET type = 'other' WHERE status = 'failed'",
             "UPDATE events SET status = 'processed', payload = '{\"a\": 1}' WHERE status = 'failed'",
             "UPDATE events SET status = 'processed', created_at = now() - interval '1 day' WHERE status = 'failed'",
             "UPDATE events SET status = 'processed', target_id = gen_random_uuid() WHERE status = 'failed'",
             "UPDATE events SET payload = payload WHERE status = 'processed'",
         }) {
        CAPTURE(forbidden);
        CHECK_THROWS_WITH(connection().script(forbidden), Catch::Contains("append-only"));
    }
    CHECK(number("SELECT count(*) FROM events") == 2);
}

TEST_CASE_METHOD(DatabaseFixture, "a failed event may become processed, once", "[model][events]")
{
    append_event(connection(), {"email.sent", "", "{}", AuditStatus::failed, "refused", ""});

    CHECK_NOTHROW(connection().script("UPDATE events SET status = 'processed' WHERE status = 'failed'"));

    CHECK(text("SELECT status || ' ' || error_message FROM events") == "processed refused");
    CHECK_THROWS_AS(connection().script("UPDATE events SET status = 'failed'"), postgres::Failure);
}
