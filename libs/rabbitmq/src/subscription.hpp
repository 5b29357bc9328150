#pragma once

#include "connection.hpp"
#include "rabbitmq/consumer.hpp"
#include "unanswered.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace ciclo::rabbitmq {

// One connection of a consumer, from login to loss, and the answers that it owes the broker. An error
// means that the connection is lost.
class Subscription {
public:
    // Logs in, declares the topology and subscribes.
    static Result<Connection> open(const BrokerAddress& address, const std::string& queue, std::uint16_t prefetch,
                                   Wakeup& wakeup);

    Subscription(Connection connection, std::uint64_t generation)
        : connection_{std::move(connection)}, generation_{generation}
    {
    }

    // Appends what has arrived, up to `most` in all. Does not wait.
    [[nodiscard]] Result<void> collect(std::size_t most, std::vector<Delivery>& into);

    // Nothing is sent for a delivery of another connection, or one that was answered before.
    [[nodiscard]] Result<void> ack(const std::vector<Delivery>& deliveries);
    [[nodiscard]] Result<void> reject(const Delivery& delivery, bool requeue);

    void wait(std::chrono::steady_clock::duration patience, Wakeup& wakeup);
    void close() noexcept { connection_.close(); }
    std::chrono::steady_clock::duration lifetime() const { return std::chrono::steady_clock::now() - since_; }

private:
    Error explain_other_frame() const;

    Connection connection_;
    std::uint64_t generation_;
    std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
    Unanswered unanswered_;
};

} // namespace ciclo::rabbitmq
