#include "core/uuid.hpp"
#include "database_fixture.hpp"
#include "model/stores/webhook_event_store.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <future>

using namespace ciclo;
using namespace ciclo::model;
using ciclo::testing::DatabaseFixture;

namespace {

NewWebhookEvent event(const std::string& id, const std::string& payload = R"({"event":"PURCHASE_APPROVED"})")
{
    return NewWebhookEvent{id, "", "PURCHASE_APPROVED", payload, *time_from_text("2026-11-19T12:00:00.123456Z")};
}

std::vector<std::string> new_ids(std::size_t count)
{
    std::vector<std::string> ids(count);
    std::generate(ids.begin(), ids.end(), new_uuid);
    return ids;
}

std::vector<NewWebhookEvent> events_of(const std::vector<std::string>& ids)
{
    std::vector<NewWebhookEvent> events;
    events.reserve(ids.size());
    for (const auto& id : ids)
        events.push_back(event(id));
    return events;
}

std::set<std::string> claimed(postgres::Connection& connection, const std::vector<std::string>& ids)
{
    std::set<std::string> found;
    for (const auto& one : claim_webhook_events(connection, ids))
        found.insert(one.id);
    return found;
}

void finish(postgres::Connection& connection, const std::vector<WebhookOutcome>& outcomes)
{
    const postgres::Statement statement = finish_webhook_events(outcomes);
    connection.execute(statement.sql, statement.params);
}

} // namespace

TEST_CASE_METHOD(DatabaseFixture, "an event sent twice is stored once, in one batch or in two", "[model][webhooks]")
{
    const auto ids = new_ids(3);

    CHECK(insert_webhook_events(connection(), std::vector{event(ids[0], "first"), event(ids[0], "again"),
                                                          event(ids[1])}) == std::set{ids[0], ids[1]});
    CHECK(insert_webhook_events(connection(), std::vector{event(ids[1]), event(ids[2])}) == std::set{ids[2]});
    CHECK(insert_webhook_events(connection(), std::vector{event(ids[0])}).empty());
    CHECK(insert_webhook_events(connection(), {}).empty());

    CHECK(number("SELECT count(*) FROM webhook_events") == 3);
    CHECK(text("SELECT payload FROM webhook_events WHERE id = $1", {ids[0]}) == "first");
}

TEST_CASE_METHOD(DatabaseFixture, "an event is stored as it came", "[model][webhooks]")
{
    const std::string id = new_uuid();
    const std::string payload = "{ \"event\" :\n\"PURCHASE_APPROVED\", \"name\": \"João 😀 \\u0000\" }";
    auto delivered = event(id, payload);
    delivered.provider_event_id = "76185128312";
    insert_webhook_events(connection(), std::vector{delivered, event(new_uuid())});

    const auto waiting = claim_webhook_events(connection(), std::vector{id});

    REQUIRE(waiting.size() == 1);
    CHECK(waiting[0].id == id);
    CHECK(waiting[0].event_type == "PURCHASE_APPROVED");
    CHECK(waiting[0].payload == payload);
    CHECK(waiting[0].received_at == delivered.received_at);
    CHECK(waiting[0].attempts == 0);
    CHECK(text("SELECT provider_event_id FROM webhook_events WHERE id = $1", {id}) == "76185128312");
    CHECK(number("SELECT count(*) FROM webhook_events WHERE provider_event_id IS NULL") == 1);
}

TEST_CASE_METHOD(DatabaseFixture, "the same deliveries at two gateways at once are new at one of them",
                 "[model][webhooks]")
{
    for (int round = 0; round < 10; ++round) {
        const auto forwards = events_of(new_ids(300));
        const std::vector<NewWebhookEvent> backwards{forwards.rbegin(), forwards.rend()};
        auto other = another_connection();
        auto theirs = std::async(std::launch::async, [&] { return insert_webhook_events(other, backwards); });
        auto mine = insert_webhook_events(connection(), forwards);
        const auto at_the_other = theirs.get();

        CHECK(mine.size() + at_the_other.size() == 300);
        mine.insert(at_the_other.begin(), at_the_other.end());
        CHECK(mine.size() == 300);
    }
}

TEST_CASE_METHOD(DatabaseFixture, "an event that one worker holds is left out by the others", "[model][webhooks]")
{
    const auto ids = new_ids(3);
    insert_webhook_events(connection(), events_of(ids));
    auto other = another_connection();
    {
        const postgres::Transaction mine{connection()};
        CHECK(claimed(connection(), {ids[0], ids[1]}) == std::set{ids[0], ids[1]});

        const postgres::Transaction theirs{other};
        CHECK(claimed(other, ids) == std::set{ids[2]});
    }
    // Given back by a worker that ended without finishing.
    CHECK(claimed(other, ids).size() == 3);
}

TEST_CASE_METHOD(DatabaseFixture, "a finished event is not claimed again", "[model][webhooks]")
{
    const auto ids = new_ids(2);
    insert_webhook_events(connection(), events_of(ids));

    finish(connection(), {{ids[0], WebhookStatus::unprocessed, "no transaction code"}});

    CHECK(claimed(connection(), ids) == std::set{ids[1]});
    CHECK(text("SELECT status || ' ' || outcome FROM webhook_events WHERE id = $1", {ids[0]}) ==
          "unprocessed no transaction code");
    CHECK(text("SELECT processed_at IS NOT NULL FROM webhook_events WHERE id = $1", {ids[0]}) == "t");
    CHECK(claimed(connection(), {new_uuid()}).empty());
    CHECK(claimed(connection(), {}).empty());
}

TEST_CASE_METHOD(DatabaseFixture, "several events are finished at once, each in its own way", "[model][webhooks]")
{
    using enum WebhookStatus;
    const auto ids = new_ids(5);
    insert_webhook_events(connection(), events_of(ids));

    finish(connection(), {{ids[0], processed, ""},
                          {ids[1], ignored, "unknown"},
                          {ids[2], no_match, "no purchase"},
                          {ids[3], unprocessed, "incomplete"},
                          {ids[4], failed, "bug"}});

    CHECK(text("SELECT string_agg(status || '=' || coalesce(outcome, 'none'), ', ' ORDER BY id) FROM webhook_events") ==
          "processed=none, ignored=unknown, no_match=no purchase, unprocessed=incomplete, failed=bug");
}

TEST_CASE_METHOD(DatabaseFixture, "a postponed event counts its attempts and waits", "[model][webhooks]")
{
    const auto ids = new_ids(2);
    insert_webhook_events(connection(), events_of(ids));
    const Time later = now() + std::chrono::hours{1};

    postpone_webhook_event(connection(), ids[0], "deadlock detected", later);
    postpone_webhook_event(connection(), ids[0], "deadlock again", later);
    finish(connection(), {{ids[1], WebhookStatus::processed, ""}});
    postpone_webhook_event(connection(), ids[1], "too late", later);

    CHECK(text("SELECT status || ' ' || attempts || ' ' || outcome FROM webhook_events WHERE id = $1", {ids[0]}) ==
          "received 2 deadlock again");
    CHECK(text("SELECT next_attempt_at = $1::timestamptz FROM webhook_events WHERE id = $2",
               {to_iso8601(later), ids[0]}) == "t");
    CHECK(claim_webhook_events(connection(), std::vector{ids[0]}).front().attempts == 2);
    CHECK(text("SELECT status || ' ' || attempts FROM webhook_events WHERE id = $1", {ids[1]}) == "processed 0");

    finish(connection(), {{ids[0], WebhookStatus::processed, ""}});
    CHECK(text("SELECT next_attempt_at IS NULL AND outcome IS NULL FROM webhook_events WHERE id = $1", {ids[0]}) ==
          "t");
}

TEST_CASE_METHOD(DatabaseFixture, "a body that was refused is kept whatever bytes it holds", "[model][webhooks]")
{
    std::string bytes;
    for (int byte = 0; byte < 256; ++byte)
        bytes += static_cast<char>(byte);

    insert_rejected_webhook(connection(), {now(), "not JSON at byte 0", "text/plain", bytes});
    insert_rejected_webhook(connection(), {now(), "empty", "", ""});

    CHECK(number("SELECT length(body) FROM rejected_webhooks WHERE reason = 'not JSON at byte 0'") == 256);
    CHECK(text("SELECT encode(body, 'hex') FROM rejected_webhooks WHERE content_type = 'text/plain'").substr(0, 10) ==
          "0001020304");
    CHECK(number("SELECT count(*) FROM rejected_webhooks WHERE body = ''") == 1);
}
