#include "core/uuid.hpp"
#include "fold_fixture.hpp"
#include "model/stores/discord_store.hpp"
#include "model/stores/failure_store.hpp"
#include "model/stores/job_store.hpp"
#include "model/stores/message_store.hpp"
#include "model/stores/operator_actions.hpp"
#include "model/stores/reconciliation_store.hpp"
#include "model/stores/webhook_event_store.hpp"

#include <catch2/catch.hpp>

#include <future>
#include <latch>

using namespace ciclo;
using namespace ciclo::model;
using namespace ciclo::testing;
using namespace std::chrono_literals;

namespace {

std::string failed_event(postgres::Connection& connection, WebhookStatus status)
{
    std::string id = new_uuid();
    insert_webhook_events(connection, std::vector{NewWebhookEvent{id, "", "PURCHASE_APPROVED", "{}", ciclo::now()}});
    const WebhookOutcome outcome{id, status, "why"};
    const auto statement = finish_webhook_events({&outcome, 1});
    connection.execute(statement.sql, statement.params);
    return id;
}

std::string ended_message(postgres::Connection& connection, const std::string& cause, MessageEnd end)
{
    NewMessage message;
    message.channel = "email";
    message.cause_key = cause;
    message.template_name = "discord_invite";
    std::string id = queue_message(connection, message).value();
    mark_ended(connection, id, end, "why");
    return id;
}

std::string failed_run(postgres::Connection& connection, std::string_view job, std::string_view error)
{
    ensure_jobs(connection);
    std::string id = new_uuid();
    connection.execute(
        "INSERT INTO job_runs (id, job, status, requested_by, requested_at, correlation_id, finished_at, "
        "error) VALUES ($1, $2, 'failed', 'cli', now() - interval '1 hour', $1, now(), $3)",
        {id, job, error});
    return id;
}

} // namespace

TEST_CASE_METHOD(FoldFixture, "an operator links an account, and the fold makes it so", "[model][operator]")
{
    fold({approved("HP1", day(1))});

    const auto link = link_discord_account(connection(), " Rita.Alves@Example.com ", "220", day(2));

    REQUIRE(link.has_value());
    CHECK(link->user_id == user_id());
    CHECK_FALSE(link->was_linked);
    CHECK(text("SELECT correlation_id FROM reconciliations WHERE target = 'lifecycle'") == link->correlation_id);
    refold({user_id()});
    CHECK(text("SELECT discord_id || ' ' || lifecycle FROM users") == "220 active");
    CHECK(link_discord_account(connection(), rita, "220", day(3)).value().was_linked);
    CHECK(number("SELECT count(*) FROM facts WHERE type = 'DISCORD_LINKED'") == 1);
}

TEST_CASE_METHOD(FoldFixture, "an account may be linked before the first purchase", "[model][operator]")
{
    REQUIRE(link_discord_account(connection(), rita, "220", day(0)).has_value());
    fold({approved("HP1", day(1))});

    CHECK(number("SELECT count(*) FROM users") == 1);
    CHECK(text("SELECT lifecycle FROM users") == "active");
}

TEST_CASE_METHOD(FoldFixture, "an account that somebody else has, or has asked for, is refused", "[model][operator]")
{
    fold({approved("HP1", day(1)), linked("220", day(2))});
    REQUIRE(link_discord_account(connection(), "leo@example.com", "221", day(3)).has_value());
    const auto facts = number("SELECT count(*) FROM facts");

    for (const auto* taken : {"220", "221"}) {
        const auto link = link_discord_account(connection(), "ana@example.com", taken, day(4));
        REQUIRE(link.has_error());
        CHECK(link.error().kind == ErrorKind::duplicate);
    }
    CHECK(number("SELECT count(*) FROM facts") == facts);
    CHECK(number("SELECT count(*) FROM users WHERE email = 'ana@example.com'") == 0);
}

TEST_CASE_METHOD(FoldFixture, "of two who link one account at the same moment the second is refused",
                 "[model][operator]")
{
    for (int round = 0; round < 20; ++round) {
        const std::string account = "22" + std::to_string(round);
        auto other = another_connection();
        std::latch start{2};
        const auto link = [&](postgres::Connection& own, const std::string& email) {
            start.arrive_and_wait();
            return link_discord_account(own, email, account, day(3));
        };
        const std::string leo = "leo" + std::to_string(round) + "@example.com";
        auto theirs = std::async(std::launch::async, [&] { return link(other, leo); });
        const auto mine = link(connection(), "ana" + std::to_string(round) + "@example.com");
        const auto second = theirs.get();

        REQUIRE(mine.has_value() != second.has_value());
        const auto& refused = mine.has_value() ? second : mine;
        CHECK(refused.error().kind == ErrorKind::duplicate);
        CHECK_THAT(refused.error().detail, Catch::Contains("already belongs to another student"));
        CHECK(number("SELECT count(*) FROM facts WHERE body::jsonb ->> 'discord_id' = $1", {account}) == 1);
    }
}

TEST_CASE_METHOD(FoldFixture, "a changed account wants Discord reconciled, so that the former one can lose its roles",
                 "[model][operator]")
{
    fold({approved("HP1", day(1)), linked("220", day(2))});
    const auto before = number("SELECT wanted_version FROM reconciliations WHERE target = 'discord'");

    fold({linked("221", day(3))});

    CHECK(number("SELECT wanted_version FROM reconciliations WHERE target = 'discord'") == before + 1);
}

TEST_CASE_METHOD(FoldFixture, "everything that waits for a person is listed with its reason", "[model][operator]")
{
    fold({approved("HP1", day(1))});
    const auto lease = lease_reconciliation(connection(), "discord", user_id(), 60s);
    postpone_reconciliation(connection(), *lease, Error{ErrorKind::refused, "Missing Permissions", {}});
    const auto failed = failed_event(connection(), WebhookStatus::failed);
    failed_event(connection(), WebhookStatus::processed);
    const auto unknown = ended_message(connection(), "a", MessageEnd::unknown);
    ended_message(connection(), "b", MessageEnd::expired);

    // The sign is the run's own counter, whatever its error says.
    const auto braked = failed_run(connection(), "sync_hotmart_students", "too many");
    connection().execute("UPDATE job_runs SET counters = '{\"would_revoke\": 21}' WHERE id = $1", {braked});

    // Of a job only the last run counts: one that succeeded since settles it, one that runs does not.
    const auto run = failed_run(connection(), "sync_club_progress", "no credentials");
    failed_run(connection(), "sync_hotmart_products", "no credentials");
    connection().script("INSERT INTO job_runs (id, job, status, requested_by, correlation_id, finished_at) VALUES "
                        "(gen_random_uuid(), 'sync_hotmart_products', 'succeeded', 'cli', gen_random_uuid(), now()), "
                        "(gen_random_uuid(), 'sync_club_progress', 'running', 'cli', gen_random_uuid(), NULL)");

    std::set<std::string> listed;
    for (const auto& one : list_failures(connection())) {
        CHECK(time_from_text(one.since).has_value());
        listed.insert(one.kind + " " + one.id + " " + one.status + " " + one.error + one.job +
                      (one.is_braked ? " braked" : ""));
    }

    CHECK(listed == std::set<std::string>{"discord " + user_id() + " failed Missing Permissions",
                                          "event " + failed + " failed why", "email " + unknown + " unknown why",
                                          "job " + run + " failed no credentialssync_club_progress",
                                          "job " + braked + " failed too manysync_hotmart_students braked"});
}

TEST_CASE_METHOD(FoldFixture, "a retry makes failures due again, but no message that may have been sent",
                 "[model][operator]")
{
    failed_event(connection(), WebhookStatus::failed);
    failed_event(connection(), WebhookStatus::unprocessed);
    ended_message(connection(), "a", MessageEnd::failed);
    const auto unknown = ended_message(connection(), "b", MessageEnd::unknown);

    CHECK(retry_failures(connection(), "") == 3);
    CHECK(list_failures(connection()).size() == 1);
    CHECK(retry_failures(connection(), new_uuid()) == 0);
    CHECK(retry_failures(connection(), unknown) == 1);
    CHECK(list_failures(connection()).empty());
    CHECK(number("SELECT count(*) FROM events WHERE type = 'admin.manual_retry'") == 2);
    CHECK(number("SELECT count(*) FROM webhook_events WHERE status = 'received' AND next_attempt_at <= now()") == 2);
}

TEST_CASE_METHOD(FoldFixture, "a retry may name one student only", "[model][operator]")
{
    fold({approved("HP1", day(1)), with_email(approved("HP2", day(1)), "leo@example.com")});
    for (const std::string& user : {user_id(), user_id("leo@example.com")}) {
        const auto lease = lease_reconciliation(connection(), "discord", user, 60s);
        postpone_reconciliation(connection(), lease.value(), Error{ErrorKind::refused, "Missing Permissions", {}});
    }

    CHECK(retry_failures(connection(), user_id()) == 1);

    CHECK(lease_reconciliation(connection(), "discord", user_id(), 60s).has_value());
    CHECK_FALSE(lease_reconciliation(connection(), "discord", user_id("leo@example.com"), 60s).has_value());
    CHECK(text("SELECT payload ->> 'id' FROM events WHERE type = 'admin.manual_retry'") == user_id());
}
