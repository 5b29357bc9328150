#include "core/uuid.hpp"
#include "fold_fixture.hpp"
#include "model/stores/due_work.hpp"
#include "model/stores/message_store.hpp"
#include "model/stores/webhook_event_store.hpp"

#include <catch2/catch.hpp>

using namespace ciclo;
using namespace ciclo::model;
using namespace std::chrono_literals;
using ciclo::testing::DatabaseFixture;
using ciclo::testing::FoldFixture;

namespace {

std::vector<std::string> ids_of(const std::vector<DueRow>& rows)
{
    std::vector<std::string> ids;
    ids.reserve(rows.size());
    for (const auto& row : rows)
        ids.push_back(row.id);
    return ids;
}

using Ids = std::vector<std::string>;

} // namespace

TEST_CASE_METHOD(DatabaseFixture, "an event is due when its bell must have been lost or its time has come",
                 "[model][due]")
{
    const Ids ids{new_uuid(), new_uuid(), new_uuid(), new_uuid(), new_uuid()};
    const auto received = [](const std::string& id, Time when) {
        return NewWebhookEvent{id, "", "PURCHASE_APPROVED", "{}", when};
    };
    insert_webhook_events(connection(), std::vector{received(ids[0], now() - 20s), received(ids[1], now() - 40s),
                                                    received(ids[2], now()), received(ids[3], now() - 1h),
                                                    received(ids[4], now() - 1h)});
    postpone_webhook_event(connection(), ids[2], "failed", now() - 1s);
    postpone_webhook_event(connection(), ids[3], "failed", now() + 1h);
    const WebhookOutcome done{ids[4], WebhookStatus::processed, ""};
    const auto finish = finish_webhook_events({&done, 1});
    connection().execute(finish.sql, finish.params);

    CHECK(ids_of(due_webhook_events(connection(), 30s, 100)) == Ids{ids[1], ids[2]});
    CHECK(ids_of(due_webhook_events(connection(), 10s, 100)) == Ids{ids[1], ids[0], ids[2]});
    CHECK(ids_of(due_webhook_events(connection(), 10s, 1)) == Ids{ids[1]});
    // The event's id is the correlation id of all that follows from it.
    CHECK(due_webhook_events(connection(), 30s, 1)[0].correlation_id == ids[1]);
}

TEST_CASE_METHOD(FoldFixture, "a reconciliation is due when nobody has it and its time has come", "[model][due]")
{
    const auto purchase = testing::approved("HP1", testing::day(1));
    fold({purchase});
    const Ids rita{user_id()};
    const auto due = [this](std::chrono::seconds overdue = 10s) {
        return ids_of(due_reconciliations(connection(), "discord", overdue, 100));
    };
    const auto set = [this](const char* change) {
        connection().script(std::string{"UPDATE reconciliations SET "} + change);
    };

    CHECK(due().empty());
    set("wanted_at = now() - interval '20 seconds'");
    CHECK(due() == rita);
    CHECK(due_reconciliations(connection(), "discord", 10s, 100)[0].correlation_id == purchase.id);
    CHECK(due_reconciliations(connection(), "lifecycle", 10s, 100).empty());
    CHECK(due(60s).empty());
    set("leased_until = now() + interval '1 minute'");
    CHECK(due().empty());
    set("leased_until = now() - interval '1 second'");
    CHECK(due() == rita);
    set("next_attempt_at = now() + interval '1 minute'");
    CHECK(due().empty());
    set("next_attempt_at = now() - interval '1 second', wanted_at = now()");
    CHECK(due() == rita);
    set("failed = true");
    CHECK(due().empty());
    set("failed = false, applied_version = wanted_version");
    CHECK(due().empty());
}

TEST_CASE_METHOD(DatabaseFixture, "a message is due when nobody sends it and its time has come", "[model][due]")
{
    NewMessage message;
    message.channel = "email";
    message.cause_key = "invite/1";
    message.template_name = "discord_invite";
    message.correlation_id = new_uuid();
    const Ids id{queue_message(connection(), message).value()};
    const auto due = [this](std::string_view channel = "email") {
        return ids_of(due_messages(connection(), channel, 10s, 100));
    };
    const auto set = [this](const char* change) { connection().script(std::string{"UPDATE messages SET "} + change); };

    CHECK(due().empty());
    set("created_at = now() - interval '20 seconds'");
    CHECK(due() == id);
    CHECK(due_messages(connection(), "email", 10s, 100)[0].correlation_id == message.correlation_id);
    CHECK(due("discord_notification").empty());
    set("status = 'sending', leased_until = now() + interval '1 minute'");
    CHECK(due().empty());
    set("leased_until = now() - interval '1 second'");
    CHECK(due() == id);
    set("status = 'queued', next_attempt_at = now() + interval '1 minute'");
    CHECK(due().empty());
    set("next_attempt_at = now()");
    CHECK(due() == id);
    for (const auto* ended : {"status = 'sent'", "status = 'failed'", "status = 'unknown'", "status = 'expired'"}) {
        set(ended);
        CHECK(due().empty());
    }
}
