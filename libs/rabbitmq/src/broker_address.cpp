#include "broker_address.hpp"

#include <amqp.h>
#include <fmt/core.h>

#include <stdexcept>
#include <utility>

namespace ciclo::rabbitmq {

std::string BrokerAddress::name() const
{
    return fmt::format("{}:{}", host, port);
}

Result<BrokerAddress> parse_address(std::string amqp_url)
{
    amqp_connection_info parts{};
    // Decodes in place: `parts` points into the text.
    if (amqp_parse_url(amqp_url.data(), &parts) != AMQP_STATUS_OK)
        return Error{ErrorKind::invalid_input, "not an AMQP URL; it looks like amqp://user:password@host:5672/vhost"};
    if (parts.ssl != 0)
        return Error{ErrorKind::invalid_input, "amqps:// is not supported; use amqp:// inside a private network"};
    BrokerAddress address{parts.host, parts.port, parts.user, parts.password, parts.vhost};
    if (address.vhost.empty()) // "amqp://host/": by the letter a virtual host without a name, which nobody means
        address.vhost = "/";
    return address;
}

BrokerAddress address_or_throw(std::string amqp_url)
{
    auto address = parse_address(std::move(amqp_url));
    if (!address)
        throw std::invalid_argument{address.error().detail};
    return std::move(*address);
}

} // namespace ciclo::rabbitmq
