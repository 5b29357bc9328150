#include "contracts/hotmart_event_received.hpp"
#include "rabbitmq/publisher.hpp"

#include <fmt/core.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>

// Rings for the events whose ids come on the standard input, one a line, at the broker of AMQP_URL.
int main()
{
    using namespace ciclo;
    const char* url = std::getenv("AMQP_URL");
    if (url == nullptr) {
        fmt::print(stderr, "AMQP_URL is not set\n");
        return 2;
    }
    rabbitmq::Publisher publisher{url};
    for (std::string id; std::getline(std::cin, id);)
        publisher.publish(rabbitmq::message_of(contracts::HotmartEventReceived{id, id}));
    return publisher.flush(std::chrono::seconds{60}) ? 0 : 1;
}
