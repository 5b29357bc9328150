#pragma once

#include "config.hpp"
#include "net/metrics.hpp"
#include "page.hpp"
#include "provider_health.hpp"
#include "rabbitmq/publisher.hpp"

namespace ciclo::manychat_worker {

// What the lanes of one process share.
struct Shared {
    const Config& config;
    rabbitmq::Publisher& publisher;
    Page& page;
    ProviderHealth& health;
    net::Metrics& metrics;
};

} // namespace ciclo::manychat_worker
