#pragma once

#include "config.hpp"
#include "model/stores/catalogue_store.hpp"
#include "net/metrics.hpp"
#include "postgres/session.hpp"
#include "rabbitmq/consumer.hpp"
#include "rabbitmq/publisher.hpp"

#include <stop_token>
#include <string>
#include <vector>

namespace ciclo::lifecycle {

// Takes bells from hotmart.events, applies what waits, acknowledges after the commit. Several students
// share one transaction; when that fails, each event gets one of its own, so that a bad one harms
// nobody else.
class EventLoop {
public:
    EventLoop(const Config& config, rabbitmq::Publisher& publisher, net::Metrics& metrics);

    void run(std::stop_token stop);
    bool ready() const noexcept { return session_.connected() && consumer_.connected(); }

private:
    std::vector<std::string> read_bells(const std::vector<rabbitmq::Delivery>& bells);
    bool work_on(std::vector<std::string> ids);
    void apply(std::span<const std::string> ids);
    void apply_one(const std::string& id);
    void give_up_or_postpone(const std::string& id, const std::string& error);

    const Config& config_;
    rabbitmq::Publisher& publisher_;
    postgres::Session session_;
    rabbitmq::Consumer consumer_;
    model::CatalogueCache catalogue_;
    net::Metrics& metrics_;
    net::Counter batches_;
    net::Histogram batch_seconds_;
};

} // namespace ciclo::lifecycle
