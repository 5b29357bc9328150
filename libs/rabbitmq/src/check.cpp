#include "rabbitmq/check.hpp"

#include "broker_address.hpp"
#include "connection.hpp"
#include "wakeup.hpp"

namespace ciclo::rabbitmq {

Result<void> check(const std::string& amqp_url)
{
    const auto address = parse_address(amqp_url);
    if (!address)
        return address.error();
    Wakeup never;
    auto connection = Connection::open(*address, "check", never);
    if (!connection)
        return connection.error();
    connection->close();
    return {};
}

} // namespace ciclo::rabbitmq
