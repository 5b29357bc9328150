#include "announcement_lane.hpp"

#include "contracts/send_discord_notification.hpp"
#include "core/log.hpp"
#include "model/stores/announcement_store.hpp"
#include "model/stores/event_log.hpp"

namespace ciclo::discord_worker {

AnnouncementLane::AnnouncementLane(const Config& config, rabbitmq::Publisher& publisher)
    : publisher_(publisher), loop_({config.database_url, "discord-worker announcements", config.amqp_url,
                                    std::string{contracts::AnnounceDiscord::queue}})
{
}

void AnnouncementLane::run(std::stop_token stop)
{
    loop_.run<contracts::AnnounceDiscord>(stop, [this](const auto& announcement) { store(announcement); });
}

void AnnouncementLane::store(const contracts::AnnounceDiscord& announcement)
{
    auto& connection = loop_.connection();
    const auto queued = model::queue_announcement(
        connection, {announcement.product_id, announcement.text, announcement.cause_key, announcement.correlation_id});
    if (!queued) {
        // No row can hold it: it is kept in the log of what failed.
        log::error("an announcement cannot be made",
                   {{"correlation_id", announcement.correlation_id}, {"error", queued.error().detail}});
        model::append_event(connection,
                            {"discord.announcement", "",
                             model::audit_payload(announcement.correlation_id, {{"product_id", announcement.product_id},
                                                                                {"cause_key", announcement.cause_key}}),
                             model::AuditStatus::failed, queued.error().detail, ""});
        return;
    }
    if (!queued->empty())
        publisher_.publish(
            rabbitmq::message_of(contracts::SendDiscordNotification{*queued, announcement.correlation_id}));
}

} // namespace ciclo::discord_worker
