#pragma once

#include "confirm_window.hpp"
#include "connection.hpp"
#include "publisher_counters.hpp"

#include <chrono>
#include <deque>

struct amqp_frame_t_;

namespace ciclo::rabbitmq {

class MessageBuffer;

// One connection of the publisher, from login to loss: writes what waits, reads what the broker answers.
class PublisherSession {
public:
    // Logs in, declares the topology and asks for confirms.
    static Result<Connection> connect(const BrokerAddress& address, Wakeup& wakeup);

    PublisherSession(Connection connection, std::deque<Message>& pending, MessageBuffer& buffer,
                     PublisherCounters& counters);

    // Writes one batch when the broker takes it, then waits for what comes first: an answer, room in the
    // socket, new messages. An error means that the connection is lost.
    [[nodiscard]] Result<void> step(Wakeup& wakeup);

    int socket() const noexcept { return connection_.socket(); }
    bool blocked() const noexcept { return blocked_; }
    void close() noexcept { connection_.close(); }
    // What was written and never confirmed.
    std::deque<Message> unconfirmed() { return window_.give_up(); }

private:
    using Clock = std::chrono::steady_clock;

    bool may_publish(Clock::time_point now) const noexcept;
    Clock::duration patience(Clock::time_point now) const noexcept;
    [[nodiscard]] Result<void> publish_batch();
    [[nodiscard]] Result<void> publish(const Message& message);
    [[nodiscard]] Result<void> read_answers();
    [[nodiscard]] Result<void> handle(const amqp_frame_t_& frame);
    void confirmed(std::uint64_t tag, bool multiple);
    void refused(std::uint64_t tag, bool multiple);
    [[nodiscard]] Result<void> returned();
    [[nodiscard]] Result<void> declare_again();

    Connection connection_;
    std::deque<Message>& pending_;
    MessageBuffer& buffer_;
    PublisherCounters& counters_;
    ConfirmWindow window_;
    bool blocked_ = false;               // the broker is short of memory or disk and reads nothing
    bool queue_missing_ = false;         // a message came back
    std::size_t returned_unsettled_ = 0; // the confirms of returned messages are still to come
    Clock::time_point resume_at_{};      // a pause after a refusal
    Clock::time_point read_at_ = Clock::now();
    Clock::time_point declared_at_ = Clock::now();
};

} // namespace ciclo::rabbitmq
