#include "notification_lane.hpp"

#include "contracts/send_discord_notification.hpp"
#include "core/json.hpp"
#include "core/log.hpp"
#include "discord/webhook.hpp"
#include "model/rules/retry.hpp"
#include "model/stores/announcement_store.hpp"
#include "notification_text.hpp"

#include <chrono>

namespace ciclo::discord_worker {

namespace {

using namespace std::chrono_literals;
using model::MessageEnd;
using model::RetryDecision;

constexpr auto lease_duration = 60s;

} // namespace

NotificationLane::NotificationLane(const Config& config, discord::RateLimits& limits, std::string locale)
    : config_(config), limits_(limits), locale_(std::move(locale)),
      loop_({config.database_url, "discord-worker notifications", config.amqp_url,
             std::string{contracts::SendDiscordNotification::queue}}),
      client_(config.discord, limits)
{
}

void NotificationLane::run(std::stop_token stop)
{
    loop_.run<contracts::SendDiscordNotification>(stop, [this](const auto& bell) {
        if (config_.enabled)
            send(bell.message_id);
    });
}

Result<std::string> NotificationLane::post(const model::LeasedMessage& message)
{
    if (message.template_name == model::announcement_template)
        return announce(message);
    const auto variables = JsonDocument::parse(message.variables).value();
    return discord::execute_webhook(http_, limits_, config_.notification_webhook,
                                    notification_text(message.template_name, variables.root(), locale_));
}

Result<std::string> NotificationLane::announce(const model::LeasedMessage& message)
{
    const auto announcement = JsonDocument::parse(message.variables).value();
    const auto channel = model::find_announcement_channel(loop_.connection(), announcement.root()["product_id"].text());
    if (channel.empty())
        return Error{
            ErrorKind::refused, "the product has no channel: ciclo discord channel --product ID --channel ID", {}};
    auto posted = client_.create_message(channel, announcement.root()["text"].text());
    if (!posted && posted.error().kind == ErrorKind::not_found)
        return Error{ErrorKind::refused, posted.error().detail, {}};
    return posted;
}

void NotificationLane::send(const std::string& message_id)
{
    auto& connection = loop_.connection();
    const auto message = model::lease_message(connection, "discord_notification", message_id, lease_duration);
    if (!message)
        return;
    if (message->was_sending) {
        model::mark_ended(connection, message->id, MessageEnd::unknown, "cut short while it was being sent");
        return;
    }
    const bool needs_webhook = message->template_name != model::announcement_template;
    if (message->is_late || (needs_webhook && config_.notification_webhook.empty())) {
        model::mark_ended(connection, message->id, MessageEnd::expired,
                          message->is_late ? "too late to be of use" : "DISCORD_NOTIFICATION_WEBHOOK is not set");
        return;
    }
    const auto sent = post(*message);
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
