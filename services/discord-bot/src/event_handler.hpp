#pragma once

#include "config.hpp"
#include "event_inbox.hpp"
#include "postgres/connection.hpp"
#include "rabbitmq/publisher.hpp"

#include <atomic>
#include <chrono>
#include <map>
#include <set>
#include <string>

namespace ciclo::discord_bot {

// What the gateway told, written down and rung for. May be done again for the same event.
class EventHandler {
public:
    explicit EventHandler(rabbitmq::Publisher& publisher) : publisher_(publisher) {}

    // One event and the place in the session after it, in one transaction.
    void handle(postgres::Connection& connection, const InboxEvent& event);

    // Members whose roles looked wrong a moment ago, which may have been a change of ours half-way.
    void look_again(postgres::Connection& connection);

    // A new session began: what happened before it may have been missed. Asked once.
    bool take_session_began() { return session_began_.exchange(false); }

private:
    void ring(const std::string& user_id, const std::string& correlation_id);

    rabbitmq::Publisher& publisher_;
    struct SecondLook {
        std::string discord_id;
        std::chrono::steady_clock::time_point not_before;
    };
    std::map<std::string, SecondLook> to_look_at_; // by student
    std::atomic<bool> session_began_ = false;
};

struct SeenState {
    bool is_present = false;
    bool is_pending = false;
    std::set<std::string> roles;
};

// Does what is seen of this student's account call for a reconciliation?
bool needs_reconciliation(postgres::Connection& connection, const std::string& user_id, bool was_present,
                          const SeenState& seen);

// Wants it, as part of the caller's transaction. Answers the correlation id to ring with.
std::string want_discord(postgres::Connection& connection, const std::string& user_id);

} // namespace ciclo::discord_bot
