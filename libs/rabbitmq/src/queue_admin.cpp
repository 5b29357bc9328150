#include "queue_admin.hpp"

#include "broker_address.hpp"
#include "connection.hpp"
#include "declare_topology.hpp"
#include "rabbitmq/topology.hpp"
#include "wakeup.hpp"

#include <amqp.h>
#include <amqp_framing.h>
#include <fmt/core.h>

namespace ciclo::rabbitmq {

namespace {

amqp_bytes_t bytes(std::string_view text)
{
    return amqp_bytes_t{text.size(), const_cast<char*>(text.data())};
}

Result<void> purge(Connection& connection, std::string_view queue)
{
    amqp_queue_purge(connection.state(), only_channel, bytes(queue));
    return connection.outcome(fmt::format("purging {}", queue));
}

template <class Work>
Result<void> with_connection(const std::string& amqp_url, Work work)
{
    const auto address = parse_address(amqp_url);
    if (!address)
        return address.error();
    Wakeup never;
    auto connection = Connection::open(*address, "queue admin", never);
    if (!connection)
        return connection.error();
    auto done = work(*connection);
    connection->close();
    return done;
}

} // namespace

Result<void> empty_all_queues(const std::string& amqp_url)
{
    return with_connection(amqp_url, [](Connection& connection) -> Result<void> {
        if (auto declared = declare_topology(connection); !declared)
            return declared;
        for (const auto queue : work_queues)
            if (auto purged = purge(connection, queue); !purged)
                return purged;
        return purge(connection, dead_letter_queue);
    });
}

Result<void> delete_queue(const std::string& amqp_url, std::string_view queue)
{
    return with_connection(amqp_url, [queue](Connection& connection) {
        amqp_queue_delete(connection.state(), only_channel, bytes(queue), /*if_unused*/ 0, /*if_empty*/ 0);
        return connection.outcome(fmt::format("deleting {}", queue));
    });
}

} // namespace ciclo::rabbitmq
