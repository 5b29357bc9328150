#pragma once

#include "core/result.hpp"

#include <cstdint>
#include <memory>
#include <string_view>

struct amqp_connection_state_t_;

namespace ciclo::rabbitmq {

struct BrokerAddress;
class Wakeup;

// The channel that everything uses: one connection is one thread with one purpose.
inline constexpr std::uint16_t only_channel = 1;

// One login with its channel open. One thread. After an error there is nothing to repair: drop it and
// open another.
class Connection {
public:
    // `purpose` is what the broker's list of connections shows. `wakeup.cut()` ends the attempt.
    static Result<Connection> open(const BrokerAddress& address, std::string_view purpose, Wakeup& wakeup);

    // Says goodbye, so that the broker logs no fault; at most a second. Without it the socket just closes.
    void close() noexcept;

    amqp_connection_state_t_* state() const noexcept { return state_.get(); }
    int socket() const noexcept;
    // The last call on this connection as a result.
    [[nodiscard]] Result<void> outcome(std::string_view doing) const;
    // Something has been read from the socket and waits in memory, where poll() cannot see it.
    bool has_buffered_input() const noexcept;

private:
    struct Destroy {
        void operator()(amqp_connection_state_t_* state) const noexcept;
    };

    Connection() = default;
    std::unique_ptr<amqp_connection_state_t_, Destroy> state_;
};

} // namespace ciclo::rabbitmq
