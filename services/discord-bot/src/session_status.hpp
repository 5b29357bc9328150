#pragma once

#include "discord/gateway_session.hpp"
#include "net/metrics.hpp"

#include <atomic>
#include <mutex>
#include <string>

namespace ciclo::discord_bot {

// How the bot stands, for readiness and metrics. From any thread.
class SessionStatus {
public:
    explicit SessionStatus(net::Metrics& metrics);

    void stand_by();
    void set(discord::GatewayPhase phase);

    // Standing by is ready, too: another one is at work.
    bool is_ready() const noexcept { return standing_by_ || phase_ == discord::GatewayPhase::ready; }

private:
    void show(std::string_view state);

    net::Metrics& metrics_;
    net::Gauge ready_;
    std::atomic<bool> standing_by_ = false;
    std::atomic<discord::GatewayPhase> phase_ = discord::GatewayPhase::pausing;
    std::mutex mutex_;
    std::string shown_;
};

} // namespace ciclo::discord_bot
