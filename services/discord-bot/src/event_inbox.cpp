#include "event_inbox.hpp"

#include <utility>

namespace ciclo::discord_bot {

bool EventInbox::has_room() const
{
    const std::lock_guard lock{mutex_};
    return events_.size() < most_;
}

void EventInbox::put(InboxEvent event)
{
    const std::lock_guard lock{mutex_};
    events_.push_back(std::move(event));
    filled_.notify_one();
}

std::optional<InboxEvent> EventInbox::take(std::chrono::milliseconds wait, std::stop_token stop)
{
    std::unique_lock lock{mutex_};
    filled_.wait_for(lock, stop, wait, [this] { return !events_.empty(); });
    if (events_.empty())
        return std::nullopt;
    InboxEvent event = std::move(events_.front());
    events_.pop_front();
    return event;
}

void EventInbox::clear()
{
    const std::lock_guard lock{mutex_};
    events_.clear();
}

std::size_t EventInbox::size() const
{
    const std::lock_guard lock{mutex_};
    return events_.size();
}

} // namespace ciclo::discord_bot
