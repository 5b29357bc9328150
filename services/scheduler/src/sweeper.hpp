#pragma once

#include "config.hpp"
#include "job_clock.hpp"
#include "model/stores/due_work.hpp"
#include "net/metrics.hpp"
#include "postgres/session.hpp"
#include "rabbitmq/publisher.hpp"
#include "rabbitmq/queue_depth.hpp"

#include <cstdint>
#include <stop_token>
#include <string_view>
#include <vector>

namespace ciclo::scheduler {

// The leader's round: lets the clock start what is due, and rings due rows again whose bell was lost: the broker
// was wiped, a worker died, a retry's time has come.
class Sweeper {
public:
    Sweeper(const Config& config, rabbitmq::Publisher& publisher, net::Metrics& metrics);

    void run(std::stop_token stop);
    bool ready() const noexcept { return session_.connected(); }

private:
    void sweep();
    template <class Bell, class Find>
    void ring(Find find);
    void ring_jobs();
    bool enough_wait(std::string_view queue, std::uint64_t enough);
    void publish(std::string_view queue, std::vector<rabbitmq::Message> bells);

    const Config& config_;
    rabbitmq::Publisher& publisher_;
    postgres::Session session_;
    rabbitmq::QueueInspector queues_;
    net::Metrics& metrics_;
    net::Gauge leader_;
    JobClock clock_;
};

} // namespace ciclo::scheduler
