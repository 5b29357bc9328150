#pragma once

#include "config.hpp"
#include "net/http_client.hpp"
#include "postgres/session.hpp"
#include "rabbitmq/consumer.hpp"

#include <stop_token>
#include <string>

namespace ciclo::discord_worker {

// Posts the team's notifications. A post whose outcome is unknown is not repeated.
class NotificationLane {
public:
    NotificationLane(const Config& config, std::string locale);

    void run(std::stop_token stop);

private:
    void send(const std::string& message_id);

    const Config& config_;
    std::string locale_;
    postgres::Session session_;
    rabbitmq::Consumer consumer_;
    net::HttpClient http_;
};

} // namespace ciclo::discord_worker
