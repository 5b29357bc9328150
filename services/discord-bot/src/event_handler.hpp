#pragma once

#include "config.hpp"
#include "event_inbox.hpp"
#include "postgres/connection.hpp"
#include "rabbitmq/publisher.hpp"

#include <atomic>
#include <string>

namespace ciclo::discord_bot {

// What the gateway told, written down and rung for. May be done again for the same event.
class EventHandler {
public:
    explicit EventHandler(rabbitmq::Publisher& publisher) : publisher_(publisher) {}

    // One event and the place in the session after it, in one transaction.
    void handle(postgres::Connection& connection, const InboxEvent& event);

    // A new session began: what happened before it may have been missed. Asked once.
    bool take_session_began() { return session_began_.exchange(false); }

private:
    std::string write_down(postgres::Connection& connection, const InboxEvent& event);

    rabbitmq::Publisher& publisher_;
    std::atomic<bool> session_began_ = false;
};

// Whether a change of what was seen is one that the reconciliation must hear of.
struct SeenChange {
    bool is_present = false;
    bool is_pending = false;
    std::set<std::string> roles;
};
bool is_news(postgres::Connection& connection, const std::string& user_id, bool was_present, const SeenChange& seen);

} // namespace ciclo::discord_bot
