#pragma once

#include "config.hpp"
#include "net/metrics.hpp"
#include "postgres/session.hpp"
#include "rabbitmq/publisher.hpp"
#include "rabbitmq/queue_depth.hpp"

#include <stop_token>

namespace ciclo::scheduler {

// Rings due rows again whose bell was lost: the broker was wiped, a worker died, a retry's time has come.
class Sweeper {
public:
    Sweeper(const Config& config, rabbitmq::Publisher& publisher, net::Metrics& metrics);

    void run(std::stop_token stop);
    bool ready() const noexcept { return session_.connected(); }

private:
    void sweep();
    template <class Bell, class Find>
    void ring(Find find);

    const Config& config_;
    rabbitmq::Publisher& publisher_;
    postgres::Session session_;
    rabbitmq::QueueInspector queues_;
    net::Metrics& metrics_;
    net::Gauge leader_;
};

} // namespace ciclo::scheduler
