#pragma once

#include "core/time.hpp"
#include "postgres/connection.hpp"

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>

// Messages to people, each sent once per cause: table messages.
namespace ciclo::model {

struct NewMessage {
    std::string channel;   // "email", "discord_notification", "manychat_flow"
    std::string cause_key; // unique: a second message for the same cause is not made
    std::string user_id;   // empty: not about one student
    std::string message_class = "transactional";
    std::string template_name;
    std::string variables = "{}"; // JSON object
    std::optional<Time> use_by;
    std::string correlation_id;
};

// Answers the message's id; nothing when the cause has one already.
std::optional<std::string> queue_message(postgres::Connection& connection, const NewMessage& message);

// Several in one statement; a cause that has one already is left out.
postgres::Statement queue_messages(std::span<const NewMessage> messages);

struct LeasedMessage {
    std::string id;
    std::string user_id;
    std::string template_name;
    std::string variables;
    std::string request; // as sent before; empty at the first attempt
    bool was_sending;    // an earlier attempt was cut short: its outcome is unknown
    bool is_late;        // past its use-by time
    int attempts;
    std::optional<Time> first_attempt_at;
    std::string correlation_id;
};

// Takes the message for `duration` and marks it `sending`, unless it is not due or somebody has it.
std::optional<LeasedMessage> lease_message(postgres::Connection& connection, std::string_view channel,
                                           std::string_view id, std::chrono::seconds duration);

// The exact bytes of the request, stored before the first call so that a repeat is the same request.
void record_request(postgres::Connection& connection, const std::string& id, std::string_view request);

void mark_sent(postgres::Connection& connection, const std::string& id, std::string_view provider_message_id);

enum class MessageEnd { failed, unknown, expired };
void mark_ended(postgres::Connection& connection, const std::string& id, MessageEnd end, std::string_view error);

// Back to `queued` until `delay` is over. `uses_attempt` false when it was not the message's fault.
void postpone_message(postgres::Connection& connection, const std::string& id, std::string_view error,
                      std::chrono::milliseconds delay, bool uses_attempt);

} // namespace ciclo::model
