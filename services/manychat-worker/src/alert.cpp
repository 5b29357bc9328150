#include "alert.hpp"

#include "contracts/send_discord_notification.hpp"
#include "core/json_writer.hpp"
#include "core/time.hpp"
#include "model/stores/message_store.hpp"

namespace ciclo::manychat_worker {

void alert(postgres::Connection& connection, rabbitmq::Publisher& publisher, const Alert& alert, const Error& error)
{
    JsonWriter variables;
    variables.begin_object().member("user_id", alert.user_id).member("error", error.detail).end_object();
    const std::string this_hour = to_iso8601(now()).substr(0, 13);
    const auto message =
        model::queue_message(connection, {.channel = "discord_notification",
                                          .cause_key = alert.template_name + ":" + alert.cause + ":" + this_hour,
                                          .user_id = "",
                                          .message_class = "service",
                                          .template_name = alert.template_name,
                                          .variables = std::string{variables.text()},
                                          .use_by = now() + std::chrono::hours{24},
                                          .correlation_id = alert.correlation_id});
    if (message)
        publisher.publish(rabbitmq::message_of(contracts::SendDiscordNotification{*message, alert.correlation_id}));
}

} // namespace ciclo::manychat_worker
