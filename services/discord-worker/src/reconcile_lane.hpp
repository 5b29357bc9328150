#pragma once

#include "config.hpp"
#include "discord/client.hpp"
#include "model/stores/provider_health.hpp"
#include "model/stores/reconciliation_store.hpp"
#include "net/metrics.hpp"
#include "rabbitmq/publisher.hpp"
#include "worker/bell_loop.hpp"

#include <stop_token>
#include <string>

namespace ciclo::discord_worker {

// What the lanes of one process share.
struct Shared {
    const Config& config;
    rabbitmq::Publisher& publisher;
    discord::RateLimits& limits;
    net::Metrics& metrics;
};

// One thread that reconciles one student at a time. Lanes and replicas keep out of each other's way by
// the leases on the rows.
class ReconcileLane {
public:
    explicit ReconcileLane(Shared shared);

    void run(std::stop_token stop);
    bool ready() const noexcept { return loop_.ready(); }

private:
    void reconcile(const std::string& user_id);
    void handle_failure(const model::Lease& lease, const Error& failure, const Error& taken_as);
    void count(std::string_view outcome);

    Shared shared_;
    worker::BellLoop loop_;
    discord::Client client_;
    model::ProviderHealth health_{"discord"};
    net::Histogram seconds_;
};

} // namespace ciclo::discord_worker
