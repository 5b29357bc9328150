#pragma once

#include "core/time.hpp"
#include "discord/gateway_event.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>

namespace ciclo::discord_bot {

struct InboxEvent {
    discord::GatewayEvent event;
    std::int64_t sequence = 0;
    Time received_at;
};

// From the gateway's thread, which must never wait, to the thread that works with the database.
class EventInbox {
public:
    explicit EventInbox(std::size_t most) : most_(most) {}

    bool has_room() const;
    void put(InboxEvent event);
    std::optional<InboxEvent> take(std::chrono::milliseconds wait, std::stop_token stop);
    void clear();
    std::size_t size() const;

private:
    std::size_t most_;
    mutable std::mutex mutex_;
    std::condition_variable_any filled_;
    std::deque<InboxEvent> events_;
};

} // namespace ciclo::discord_bot
