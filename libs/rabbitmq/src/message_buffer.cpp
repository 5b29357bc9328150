#include "message_buffer.hpp"

#include "wakeup.hpp"

#include <utility>

namespace ciclo::rabbitmq {

bool MessageBuffer::hold(Message&& message) noexcept
{
    if (held_ >= limit_)
        return false;
    try {
        waiting_.push_back(std::move(message));
    } catch (const std::bad_alloc&) {
        return false;
    }
    ++held_;
    return true;
}

bool MessageBuffer::wants_wake_up() noexcept
{
    return !waiting_.empty() && std::exchange(asleep_, false);
}

void MessageBuffer::add(Message&& message) noexcept
{
    bool wake = false;
    {
        const std::lock_guard lock{mutex_};
        if (!hold(std::move(message)))
            ++dropped_;
        wake = wants_wake_up();
    }
    if (wake)
        wakeup_.wake();
}

void MessageBuffer::add(std::vector<Message>&& messages) noexcept
{
    bool wake = false;
    {
        const std::lock_guard lock{mutex_};
        for (auto& message : messages)
            if (!hold(std::move(message)))
                ++dropped_;
        wake = wants_wake_up();
    }
    if (wake)
        wakeup_.wake();
}

bool MessageBuffer::wait_until_settled(std::chrono::milliseconds patience)
{
    std::unique_lock lock{mutex_};
    return all_settled_.wait_for(lock, patience, [this] { return held_ == 0; });
}

std::uint64_t MessageBuffer::dropped() const noexcept
{
    const std::lock_guard lock{mutex_};
    return dropped_;
}

void MessageBuffer::take(std::deque<Message>& into) noexcept
{
    const std::lock_guard lock{mutex_};
    into.swap(waiting_);
    asleep_ = into.empty();
}

void MessageBuffer::settled(std::size_t count) noexcept
{
    const std::lock_guard lock{mutex_};
    held_ -= count;
    if (held_ == 0)
        all_settled_.notify_all();
}

} // namespace ciclo::rabbitmq
