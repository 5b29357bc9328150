#pragma once

#include "rabbitmq/publisher.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>

namespace ciclo::rabbitmq {

class Wakeup;

// What callers hand over and the publisher's thread takes. It counts a message until it is settled, so
// that the limit covers also those that are on their way.
class MessageBuffer {
public:
    MessageBuffer(std::size_t limit, Wakeup& wakeup) : limit_{limit}, wakeup_{wakeup} {}

    // Any thread, never blocking for long. What does not fit is dropped and counted.
    void add(Message&& message) noexcept;
    void add(std::vector<Message>&& messages) noexcept;
    bool wait_until_settled(std::chrono::milliseconds patience);
    std::uint64_t dropped() const noexcept;

    // The publisher's thread. take() fills an empty queue; when there is nothing, the next add() wakes the thread.
    void take(std::deque<Message>& into) noexcept;
    void settled(std::size_t count) noexcept;

private:
    bool hold(Message&& message) noexcept;
    bool wants_wake_up() noexcept;

    const std::size_t limit_;
    Wakeup& wakeup_;
    mutable std::mutex mutex_;
    std::condition_variable all_settled_;
    std::deque<Message> waiting_;
    std::size_t held_ = 0; // waiting here, or taken and not settled
    std::uint64_t dropped_ = 0;
    bool asleep_ = false; // one wake-up is enough for all that arrives until the next take()
};

} // namespace ciclo::rabbitmq
