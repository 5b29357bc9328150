#pragma once

#include "core/result.hpp"

#include <string>

namespace ciclo::rabbitmq {

struct BrokerAddress {
    std::string host;
    int port = 5672;
    std::string user;
    std::string password;
    std::string vhost;

    std::string name() const; // "host:port", for messages: the rest is nobody's business
};

// invalid_input when this is no amqp:// URL. The message does not repeat the URL, which holds a password.
Result<BrokerAddress> parse_address(std::string amqp_url);

// The same for constructors: throws std::invalid_argument.
BrokerAddress address_or_throw(std::string amqp_url);

} // namespace ciclo::rabbitmq
