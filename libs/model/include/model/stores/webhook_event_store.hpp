#pragma once

#include "core/time.hpp"
#include "postgres/connection.hpp"

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Raw webhook deliveries: table webhook_events.
namespace ciclo::model {

struct NewWebhookEvent {
    std::string id;                // see webhook_event_id()
    std::string provider_event_id; // empty when it is the id itself
    std::string event_type;
    std::string payload;
    Time received_at;
};

// One insert, one commit for all of them. Answers the ids that were not there before.
std::set<std::string> insert_webhook_events(postgres::Connection& connection, std::span<const NewWebhookEvent> events);

struct RejectedWebhook {
    Time received_at;
    std::string reason;
    std::string content_type;
    std::string body; // as it came, whatever bytes it holds
};

void insert_rejected_webhook(postgres::Connection& connection, const RejectedWebhook& rejected);

struct ReceivedEvent {
    std::string id;
    std::string event_type;
    std::string payload;
    Time received_at;
    int attempts;
    bool is_retry; // it was finished before, and a person or a mended catalogue asks again
};

// Those of `ids` that still wait, locked until the transaction ends; what another worker holds is left out.
std::vector<ReceivedEvent> claim_webhook_events(postgres::Connection& connection, std::span<const std::string> ids);

enum class WebhookStatus { processed, ignored, no_match, unprocessed, failed };
std::string_view to_string(WebhookStatus status) noexcept;

struct WebhookOutcome {
    std::string id;
    WebhookStatus status;
    std::string reason; // empty when simply processed
};

postgres::Statement finish_webhook_events(std::span<const WebhookOutcome> outcomes);

// An attempt that ended in an exception: the event waits until `next_attempt_at`.
void postpone_webhook_event(postgres::Connection& connection, const std::string& id, std::string_view error,
                            Time next_attempt_at);

} // namespace ciclo::model
