#pragma once

#include "config.hpp"
#include "postgres/session.hpp"
#include "rabbitmq/consumer.hpp"
#include "rabbitmq/publisher.hpp"

#include <stop_token>

namespace ciclo::scheduler {

// Requests for jobs that come as messages, from any AMQP client. Every scheduler hears them, also on stand-by.
class RequestIntake {
public:
    RequestIntake(const Config& config, rabbitmq::Publisher& publisher);

    void run(const std::stop_token& stop);

private:
    // False: PostgreSQL is away; the message has to come again.
    bool take(const rabbitmq::Delivery& delivery);

    rabbitmq::Publisher& publisher_;
    postgres::Session session_;
    rabbitmq::Consumer consumer_;
};

} // namespace ciclo::scheduler
