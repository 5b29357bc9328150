#include "rabbitmq/queue_depth.hpp"

#include "broker_address.hpp"
#include "connection.hpp"
#include "wakeup.hpp"

#include <amqp.h>
#include <amqp_framing.h>
#include <fmt/core.h>

#include <optional>
#include <utility>

namespace ciclo::rabbitmq {

struct QueueInspector::Impl {
    explicit Impl(std::string amqp_url) : address{address_or_throw(std::move(amqp_url))} {}

    Result<std::uint64_t> ask(std::string_view queue);

    BrokerAddress address;
    Wakeup never;
    std::optional<Connection> connection;
};

Result<std::uint64_t> QueueInspector::Impl::ask(std::string_view queue)
{
    if (!connection) {
        auto opened = Connection::open(address, "queue inspector", never);
        if (!opened)
            return opened.error();
        connection.emplace(std::move(*opened));
    }
    amqp_maybe_release_buffers(connection->state());
    const amqp_bytes_t name{queue.size(), const_cast<char*>(queue.data())}; // only read
    const auto* answer =
        amqp_queue_declare(connection->state(), only_channel, name, /*passive*/ 1, 0, 0, 0, amqp_empty_table);
    if (const auto outcome = connection->outcome(fmt::format("queue {}", queue)); !outcome) {
        connection.reset();
        return outcome.error();
    }
    return answer->message_count;
}

QueueInspector::QueueInspector(std::string amqp_url) : impl_{std::make_unique<Impl>(std::move(amqp_url))} {}

QueueInspector::~QueueInspector()
{
    if (impl_->connection)
        impl_->connection->close();
}

// The broker may have closed the kept connection since the last question: that is worth a second try.
Result<std::uint64_t> QueueInspector::messages_ready(std::string_view queue)
{
    const bool kept = impl_->connection.has_value();
    auto answer = impl_->ask(queue);
    if (!answer && kept && answer.error().kind == ErrorKind::unavailable)
        return impl_->ask(queue);
    return answer;
}

} // namespace ciclo::rabbitmq
