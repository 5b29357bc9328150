#pragma once

#include "config.hpp"
#include "model/stores/reconciliation_store.hpp"
#include "net/metrics.hpp"
#include "postgres/session.hpp"
#include "provider_health.hpp"
#include "rabbitmq/consumer.hpp"
#include "rabbitmq/publisher.hpp"

#include <stop_token>
#include <string>

namespace ciclo::discord_worker {

// What the lanes of one process share.
struct Shared {
    const Config& config;
    rabbitmq::Publisher& publisher;
    discord::RateLimits& limits;
    ProviderHealth& health;
    net::Metrics& metrics;
};

// One thread that reconciles one student at a time. Lanes and replicas keep out of each other's way by
// the leases on the rows.
class ReconcileLane {
public:
    explicit ReconcileLane(Shared shared);

    void run(std::stop_token stop);
    bool ready() const noexcept { return session_.connected() && consumer_.connected(); }

private:
    void on_bell(const rabbitmq::Delivery& bell);
    void reconcile(const std::string& user_id);
    void handle_failure(const model::Lease& lease, const Error& error);
    void alert(const std::string& cause_key, const std::string& template_name, const model::Lease& lease,
               const Error& error);
    void count(std::string_view outcome);

    Shared shared_;
    postgres::Session session_;
    rabbitmq::Consumer consumer_;
    discord::Client client_;
    net::Histogram seconds_;
};

} // namespace ciclo::discord_worker
