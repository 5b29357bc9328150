#pragma once

#include "config.hpp"
#include "contracts/announce_discord.hpp"
#include "rabbitmq/publisher.hpp"
#include "worker/bell_loop.hpp"

#include <stop_token>

namespace ciclo::discord_worker {

// Stores what other systems want announced, so that it is posted once (see NotificationLane).
class AnnouncementLane {
public:
    AnnouncementLane(const Config& config, rabbitmq::Publisher& publisher);

    void run(std::stop_token stop);
    bool ready() const noexcept { return loop_.ready(); }

private:
    void store(const contracts::AnnounceDiscord& announcement);

    rabbitmq::Publisher& publisher_;
    worker::BellLoop loop_;
};

} // namespace ciclo::discord_worker
