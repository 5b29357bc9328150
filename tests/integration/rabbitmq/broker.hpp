#pragma once

#include "rabbitmq/consumer.hpp"
#include "rabbitmq/publisher.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <thread>
#include <vector>

namespace ciclo::testing {

// The broker of TEST_AMQP_URL. Throws when the variable is missing: a test without a broker has not passed.
const std::string& broker_url();

// The same credentials and virtual host at another place.
std::string url_at(const std::string& host_and_port);

// Each case starts with the topology declared and its queues empty.
class BrokerFixture {
public:
    BrokerFixture();
};

// A message that is unlike all others.
rabbitmq::Message numbered_message(int number, const std::string& queue);
std::vector<rabbitmq::Message> numbered_messages(int count, const std::string& queue);

// Takes and acks until `count` have come, or nothing comes for `patience`.
std::vector<rabbitmq::Delivery> take_and_ack(rabbitmq::Consumer& consumer, std::size_t count,
                                             std::chrono::milliseconds patience = std::chrono::seconds{10});

// Waits until the condition holds, at most ten seconds; answers whether it does.
template <class Condition>
bool eventually(Condition condition)
{
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline)
            return false;
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    return true;
}

} // namespace ciclo::testing
