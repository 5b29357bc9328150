#pragma once

#include "config.hpp"
#include "net/metrics.hpp"
#include "page.hpp"
#include "rabbitmq/publisher.hpp"

namespace ciclo::manychat_worker {

// As ManyChat is called in table provider_health, and in alerts.
inline constexpr const char* provider = "manychat";

// What the lanes of one process share.
struct Shared {
    const Config& config;
    rabbitmq::Publisher& publisher;
    Page& page;
    net::Metrics& metrics;
};

} // namespace ciclo::manychat_worker
