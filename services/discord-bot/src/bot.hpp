#pragma once

#include "config.hpp"
#include "discord/gateway.hpp"
#include "event_handler.hpp"
#include "event_inbox.hpp"
#include "follow_ups.hpp"
#include "missed_joins.hpp"
#include "model/stores/provider_health.hpp"
#include "model/stores/shared_state_store.hpp"
#include "net/service.hpp"
#include "newcomers.hpp"
#include "postgres/session.hpp"
#include "registration_desk.hpp"
#include "session_status.hpp"

#include <atomic>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

namespace ciclo::discord_bot {

// The process: one thread on the gateway, one that works with the database, and those that answer
// commands. Of several replicas one is at work and the others stand by.
class Bot : private discord::GatewayListener {
public:
    Bot(const Config& config, net::Service& service);

    void run(); // until the service stops

private:
    bool has_room() override { return inbox_.has_room(); }
    void on_dispatch(const std::string& name) override;
    void on_event(discord::GatewayEvent event, std::int64_t sequence) override;
    void on_phase(discord::GatewayPhase phase) override;
    void on_give_up(const std::string& why) override;

    bool wait_for_turn();
    void lead();
    void work(std::stop_token stop);
    void finish();
    bool handle(const InboxEvent& event);
    void record_health(postgres::Connection& connection);

    const Config config_;
    net::Service& service_;
    rabbitmq::Publisher publisher_;
    model::StoredSharedState shared_state_; // the limits are those of all processes with this token
    discord::RateLimits limits_{shared_state_};
    discord::RateLimits gateway_limits_; // one call an hour or so, which must not wait for the database
    discord::BotApi gateway_api_;        // the gateway's thread
    discord::BotApi api_;
    discord::Client client_;
    SessionStatus status_;
    EventInbox inbox_;
    RegistrationDesk desk_;
    EventHandler handler_;
    Newcomers newcomers_;
    FollowUps follow_ups_;
    MissedJoins missed_joins_;
    bool has_new_connection_ = false;
    postgres::Session session_;
    std::mutex mutex_;
    std::optional<std::string> unrecorded_refusal_; // why Discord refuses the bot; empty: it does not any more
    model::ProviderHealth health_{model::discord_gateway_health};
};

} // namespace ciclo::discord_bot
