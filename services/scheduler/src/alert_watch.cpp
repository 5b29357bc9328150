#include "alert_watch.hpp"

#include "contracts/send_discord_notification.hpp"
#include "core/log.hpp"
#include "model/stores/alert_store.hpp"
#include "rabbitmq/topology.hpp"

#include <optional>

namespace ciclo::scheduler {

void watch_alerts(postgres::Connection& connection, rabbitmq::QueueInspector& queues, rabbitmq::Publisher& publisher)
{
    const auto waiting = queues.messages_ready(rabbitmq::dead_letter_queue);
    const auto dead_letters = waiting ? std::optional{*waiting} : std::nullopt;
    for (const auto& message_id : model::update_alerts(connection, dead_letters)) {
        log::info("an alert opened or closed", {{"message_id", message_id}});
        publisher.publish(rabbitmq::message_of(contracts::SendDiscordNotification{message_id, message_id}));
    }
}

} // namespace ciclo::scheduler
