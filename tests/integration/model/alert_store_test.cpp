#include "core/uuid.hpp"
#include "fold_fixture.hpp"
#include "model/stores/alert_store.hpp"
#include "model/stores/announcement_store.hpp"
#include "model/stores/message_store.hpp"
#include "model/stores/provider_health.hpp"

#include <catch2/catch.hpp>

using namespace ciclo;
using namespace ciclo::model;
using namespace ciclo::testing;

namespace {

class Alerts : public FoldFixture {
public:
    std::string open()
    {
        std::string all;
        for (const auto& alert : list_open_alerts(connection()))
            all += (all.empty() ? "" : " ") + alert.kind + ":" + alert.subject;
        return all;
    }
    std::string told()
    {
        return text("SELECT coalesce(string_agg(template, ' ' ORDER BY created_at, template), '') FROM messages WHERE "
                    "template LIKE 'alert%'");
    }
};

} // namespace

TEST_CASE_METHOD(Alerts, "an alert opens once, stays silent, and closes by itself", "[model][alerts]")
{
    ProviderHealth health{"discord"};
    CHECK(update_alerts(connection(), 0).empty());
    for (int i = 0; i < 9; ++i)
        health.failed(connection(), {ErrorKind::unavailable, "503", {}});
    CHECK(update_alerts(connection(), 0).size() == 1);
    CHECK(update_alerts(connection(), 0).empty());
    CHECK(open() == "provider_down:discord");
    health.succeeded(connection());
    CHECK(update_alerts(connection(), 0).size() == 1);
    CHECK(open().empty());
    CHECK(told() == "alert_provider_down_opened alert_provider_down_closed");

    health.failed(connection(), {ErrorKind::unauthorized, "401", {}});
    CHECK(update_alerts(connection(), 0).size() == 1);
    CHECK(open() == "provider_unauthorized:discord");
}

TEST_CASE_METHOD(Alerts, "a bot that is refused is told once and until it has a session", "[model][alerts]")
{
    ProviderHealth gateway{discord_gateway_health};
    for (int i = 0; i < 3; ++i) {
        gateway.failed(connection(), {ErrorKind::unauthorized, "the intent is not switched on", {}});
        CHECK(update_alerts(connection(), 0).size() == (i == 0 ? 1 : 0));
    }
    CHECK(open() == "discord_bot_refused:discord gateway");
    CHECK(ProviderHealth{"discord"}.ask(connection()) == ProviderHealth::Permit::open);
    gateway.succeeded(connection());
    CHECK(update_alerts(connection(), 0).size() == 1);
    CHECK(told() == "alert_discord_bot_refused_opened alert_discord_bot_refused_closed");
}

TEST_CASE_METHOD(Alerts, "many failures of one kind are one alert", "[model][alerts]")
{
    fold({approved("HP1", day(1)), with_email(approved("HP2", day(1)), "bia@example.com")});
    connection().execute("UPDATE reconciliations SET failed = true, last_error = '50013' WHERE target = 'discord'");
    for (const auto* cause : {"a", "b"}) {
        const auto id = queue_message(connection(), {.channel = "email",
                                                     .cause_key = cause,
                                                     .user_id = user_id(),
                                                     .template_name = "discord_invite",
                                                     .use_by = {},
                                                     .correlation_id = ""});
        mark_ended(connection(), *id, MessageEnd::failed, "bounced");
    }
    CHECK(update_alerts(connection(), 7).size() == 3);
    CHECK(open() == "dead_letters:rabbitmq messages_failed:email reconciliations_failed:discord");
    CHECK(text("SELECT detail FROM alerts WHERE kind = 'reconciliations_failed'") == "50013 (2)");
    // A broker that cannot be asked says nothing about dead letters.
    CHECK(update_alerts(connection(), std::nullopt).empty());
    connection().execute("UPDATE reconciliations SET failed = false");
    CHECK(update_alerts(connection(), 0).size() == 2);
    CHECK(open() == "messages_failed:email");
}

TEST_CASE_METHOD(Alerts, "a hottok that is refused is told until an event is accepted", "[model][alerts]")
{
    note_refused_hottok(connection());
    note_refused_hottok(connection());
    CHECK(update_alerts(connection(), 0).size() == 1);
    CHECK(open() == "hottok_refused:hotmart");
    connection().execute("INSERT INTO webhook_events (id, event_type, payload, received_at) VALUES "
                         "(gen_random_uuid(), 'PURCHASE_APPROVED', '{}', clock_timestamp())");
    CHECK(update_alerts(connection(), 0).size() == 1);
    CHECK(open().empty());
}

TEST_CASE_METHOD(Alerts, "an announcement needs a channel and is made once for each cause", "[model][announcements]")
{
    const std::string product{club_id};
    CHECK(queue_announcement(connection(), {new_uuid(), "x", "c", new_uuid()}).error().kind == ErrorKind::not_found);
    CHECK(queue_announcement(connection(), {product, "x", "c", new_uuid()}).error().kind == ErrorKind::refused);
    REQUIRE(set_announcement_channel(connection(), product, "333").has_value());
    CHECK(find_announcement_channel(connection(), product) == "333");

    const auto first = queue_announcement(connection(), {product, "Saiu a lista 7", "list:7", new_uuid()});
    REQUIRE(first.has_value());
    CHECK_FALSE(first->empty());
    CHECK(queue_announcement(connection(), {product, "Saiu a lista 7!", "list:7", new_uuid()}).value().empty());
    CHECK(text("SELECT variables ->> 'text' FROM messages") == "Saiu a lista 7");

    CHECK(find_product_id(connection(), "Clube de Leitura").value() == product);
    CHECK(find_product_id(connection(), product).value() == product);
    CHECK_FALSE(find_product_id(connection(), "Clube").has_value());
    CHECK(set_announcement_channel(connection(), product, "").has_value());
    CHECK(find_announcement_channel(connection(), product).empty());
}
