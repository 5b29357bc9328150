#pragma once

#include "rabbitmq/publisher.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

namespace ciclo::rabbitmq {

// The messages that are written to one connection and not confirmed, by their tag: the broker counts
// them from one, and confirms out of order or many at once.
class ConfirmWindow {
public:
    explicit ConfirmWindow(std::size_t limit) : limit_{limit} {}

    std::size_t room() const noexcept { return limit_ - open_; }
    void add(Message&& message);

    // Settle the message of this tag, with `multiple` all up to it. Answer how many had not been settled.
    std::size_t confirm(std::uint64_t tag, bool multiple);
    std::size_t refuse(std::uint64_t tag, bool multiple, std::deque<Message>& publish_again);

    // The connection is gone: hands over what is not settled, in order, and counts from one again.
    std::deque<Message> give_up();

private:
    template <class Use>
    std::size_t settle(std::uint64_t tag, bool multiple, Use use);

    const std::size_t limit_;
    std::deque<std::optional<Message>> slots_; // empty: settled before one that was published earlier
    std::uint64_t first_tag_ = 1;
    std::size_t open_ = 0;
};

} // namespace ciclo::rabbitmq
