#include "broker.hpp"

#include "queue_admin.hpp"

#include <fmt/core.h>

#include <cstdlib>
#include <iterator>
#include <stdexcept>

namespace ciclo::testing {

const std::string& broker_url()
{
    static const std::string url = [] {
        const char* value = std::getenv("TEST_AMQP_URL");
        if (value == nullptr || *value == '\0')
            throw std::runtime_error{"TEST_AMQP_URL is not set: these tests need a RabbitMQ"};
        return std::string{value};
    }();
    return url;
}

std::string url_at(const std::string& host_and_port)
{
    std::string url = broker_url();
    const auto at = url.rfind('@');
    const auto begin = at == std::string::npos ? url.find("//") + 2 : at + 1;
    const auto end = std::min(url.find('/', begin), url.size());
    return url.replace(begin, end - begin, host_and_port);
}

BrokerFixture::BrokerFixture()
{
    rabbitmq::empty_all_queues(broker_url()).value();
}

rabbitmq::Message numbered_message(int number, const std::string& queue)
{
    return rabbitmq::Message{queue, "test.numbered.v1", fmt::format(R"({{"number":{}}})", number),
                             fmt::format("correlation-{}", number)};
}

std::vector<rabbitmq::Message> numbered_messages(int count, const std::string& queue)
{
    std::vector<rabbitmq::Message> messages;
    for (int number = 0; number < count; ++number)
        messages.push_back(numbered_message(number, queue));
    return messages;
}

std::vector<rabbitmq::Delivery> take_and_ack(rabbitmq::Consumer& consumer, std::size_t count,
                                             std::chrono::milliseconds patience)
{
    std::vector<rabbitmq::Delivery> all;
    while (all.size() < count) {
        auto some = consumer.take(200, patience, std::stop_token{});
        if (some.empty())
            break;
        consumer.ack(some);
        all.insert(all.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
    }
    return all;
}

} // namespace ciclo::testing
