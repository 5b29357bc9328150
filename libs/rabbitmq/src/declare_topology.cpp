#include "declare_topology.hpp"

#include "connection.hpp"
#include "rabbitmq/topology.hpp"

#include <amqp.h>
#include <amqp_framing.h>
#include <fmt/core.h>

#include <span>
#include <vector>

namespace ciclo::rabbitmq {

namespace {

amqp_bytes_t bytes(std::string_view text)
{
    // The library takes a pointer to mutable bytes and only reads them.
    return amqp_bytes_t{text.size(), const_cast<char*>(text.data())};
}

amqp_table_entry_t text_argument(std::string_view name, std::string_view value)
{
    amqp_table_entry_t entry{};
    entry.key = bytes(name);
    entry.value.kind = AMQP_FIELD_KIND_UTF8;
    entry.value.value.bytes = bytes(value);
    return entry;
}

amqp_table_entry_t number_argument(std::string_view name, int value)
{
    amqp_table_entry_t entry{};
    entry.key = bytes(name);
    entry.value.kind = AMQP_FIELD_KIND_I32;
    entry.value.value.i32 = value;
    return entry;
}

Result<void> declare_exchange(Connection& connection, std::string_view name, std::string_view kind)
{
    amqp_exchange_declare(connection.state(), only_channel, bytes(name), bytes(kind), /*passive*/ 0, /*durable*/ 1,
                          /*auto_delete*/ 0, /*internal*/ 0, amqp_empty_table);
    return connection.outcome(fmt::format("declaring exchange {}", name));
}

Result<void> declare_queue(Connection& connection, std::string_view name, std::string_view bound_to,
                           std::span<amqp_table_entry_t> arguments)
{
    const amqp_table_t table{static_cast<int>(arguments.size()), arguments.data()};
    amqp_queue_declare(connection.state(), only_channel, bytes(name), /*passive*/ 0, /*durable*/ 1, /*exclusive*/ 0,
                       /*auto_delete*/ 0, table);
    if (auto declared = connection.outcome(fmt::format("declaring queue {}", name)); !declared)
        return declared;
    amqp_queue_bind(connection.state(), only_channel, bytes(name), bytes(bound_to), bytes(name), amqp_empty_table);
    return connection.outcome(fmt::format("binding queue {}", name));
}

} // namespace

Result<void> declare_topology(Connection& connection)
{
    if (auto declared = declare_exchange(connection, exchange, "direct"); !declared)
        return declared;
    // Fanout: a dead letter keeps the routing key that it had, which tells where it comes from.
    if (auto declared = declare_exchange(connection, dead_letter_exchange, "fanout"); !declared)
        return declared;

    std::vector arguments{text_argument("x-queue-type", "quorum")};
    if (auto declared = declare_queue(connection, dead_letter_queue, dead_letter_exchange, arguments); !declared)
        return declared;
    arguments.push_back(number_argument("x-delivery-limit", delivery_limit));
    arguments.push_back(text_argument("x-dead-letter-exchange", dead_letter_exchange));
    for (const auto queue : work_queues)
        if (auto declared = declare_queue(connection, queue, exchange, arguments); !declared)
            return declared;
    return {};
}

} // namespace ciclo::rabbitmq
