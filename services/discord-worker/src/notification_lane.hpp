#pragma once

#include "config.hpp"
#include "discord/client.hpp"
#include "model/stores/message_store.hpp"
#include "net/http_client.hpp"
#include "worker/bell_loop.hpp"

#include <stop_token>
#include <string>

namespace ciclo::discord_worker {

// Posts the team's notifications (by webhook) and announcements to products' channels (as the bot). A post whose
// outcome is unknown is not repeated.
class NotificationLane {
public:
    NotificationLane(const Config& config, discord::RateLimits& limits, std::string locale);

    void run(std::stop_token stop);
    bool ready() const noexcept { return loop_.ready(); }

private:
    void send(const std::string& message_id);
    Result<std::string> post(const model::LeasedMessage& message);
    Result<std::string> announce(const model::LeasedMessage& message);

    const Config& config_;
    discord::RateLimits& limits_;
    std::string locale_;
    worker::BellLoop loop_;
    net::HttpClient http_;
    discord::Client client_;
};

} // namespace ciclo::discord_worker
