#include "notification_lane.hpp"

#include "contracts/send_discord_notification.hpp"
#include "core/json.hpp"
#include "core/log.hpp"
#include "discord/webhook.hpp"
#include "model/rules/retry.hpp"
#include "model/stores/message_store.hpp"
#include "notification_text.hpp"

#include <chrono>
#include <thread>

namespace ciclo::discord_worker {

namespace {

using namespace std::chrono_literals;
using model::MessageEnd;
using model::RetryDecision;

constexpr auto lease_duration = 60s;

} // namespace

NotificationLane::NotificationLane(const Config& config, std::string locale)
    : config_(config), locale_(std::move(locale)), session_(config.database_url, "discord-worker notifications"),
      consumer_(config.amqp_url, std::string{contracts::SendDiscordNotification::queue}, 8)
{
}

void NotificationLane::run(std::stop_token stop)
{
    while (!stop.stop_requested()) {
        for (const auto& bell : consumer_.take(1, 1s, stop)) {
            const auto message = contracts::SendDiscordNotification::decode(bell.body);
            if (!message) {
                log::error("a bell cannot be understood; it goes to the dead letters",
                           {{"error", message.error().detail}});
                consumer_.reject(bell);
                continue;
            }
            try {
                if (config_.enabled)
                    send(message->message_id);
            } catch (const postgres::Failure& failure) {
                session_.after(failure);
                log::warning("a notification was cut short", {{"error", failure.what()}});
                std::this_thread::sleep_for(100ms);
            }
            consumer_.ack({bell});
        }
    }
}

void NotificationLane::send(const std::string& message_id)
{
    auto& connection = session_.connection();
    const auto message = model::lease_message(connection, "discord_notification", message_id, lease_duration);
    if (!message)
        return;
    if (message->was_sending) {
        model::mark_ended(connection, message->id, MessageEnd::unknown, "cut short while it was being sent");
        return;
    }
    if (message->is_late || config_.notification_webhook.empty()) {
        model::mark_ended(connection, message->id, MessageEnd::expired,
                          message->is_late ? "too late to be of use" : "DISCORD_NOTIFICATION_WEBHOOK is not set");
        return;
    }
    const auto variables = JsonDocument::parse(message->variables).value();
    const auto text = notification_text(message->template_name, variables.root(), locale_);
    const auto sent = discord::execute_webhook(http_, config_.notification_webhook, text);
    if (sent) {
        model::mark_sent(connection, message->id, *sent);
        return;
    }
    const Error& error = sent.error();
    log::warning("a notification could not be posted",
                 {{"message_id", message->id}, {"kind", to_string(error.kind)}, {"error", error.detail}});
    switch (model::decide(error, message->attempts)) {
    case RetryDecision::retry:
    case RetryDecision::wait:
        model::postpone_message(connection, message->id, error.detail,
                                model::delay_before_next(error, message->attempts, 0.5),
                                error.kind != ErrorKind::rate_limited);
        break;
    case RetryDecision::give_up:
        model::mark_ended(connection, message->id, MessageEnd::failed, error.detail);
        break;
    case RetryDecision::outcome_unknown:
        model::mark_ended(connection, message->id, MessageEnd::unknown, error.detail);
        break;
    }
}

} // namespace ciclo::discord_worker
