#pragma once

#include "discord/bot_api.hpp"
#include "discord/gateway_event.hpp"
#include "discord/gateway_session.hpp"
#include "net/websocket.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

namespace ciclo::discord {

// Called on the gateway's thread. Must not wait for anything: heartbeats would stop.
class GatewayListener {
public:
    virtual ~GatewayListener() = default;

    virtual bool has_room() = 0;                           // for one more event
    virtual void on_dispatch(const std::string& name) = 0; // every one, also those that nobody acts on
    virtual void on_event(GatewayEvent event, std::int64_t sequence) = 0;
    virtual void on_phase(GatewayPhase phase) = 0;
    virtual void on_give_up(const std::string& why) = 0;
};

struct GatewayOptions {
    GatewaySettings session;
    std::string guild_id;
    std::string fixed_url{}; // in place of what Discord names, for the first connection and for resumes
};

// Keeps a session on the gateway, on the calling thread.
class Gateway {
public:
    Gateway(GatewayOptions options, BotApi& api, GatewayListener& listener);
    ~Gateway();

    // Until a stop, which leaves a session that can be taken up again for some minutes.
    void run(std::optional<SavedSession> saved, std::stop_token stop);

private:
    void perform(GatewayActions actions, const std::stop_token& stop);
    GatewayActions perform_one(GatewayAction action, const std::stop_token& stop);
    void wait(SteadyTime until, const std::stop_token& stop);

    GatewayOptions options_;
    BotApi& api_;
    GatewayListener& listener_;
    GatewaySession session_;
    std::unique_ptr<net::WebSocket> socket_;
    std::optional<GatewayPhase> told_;
};

} // namespace ciclo::discord
