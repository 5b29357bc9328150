#pragma once

#include "postgres/connection.hpp"

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// The audit log: table events. Append-only; payloads hold ids, never personal data.
namespace ciclo::model {

enum class AuditStatus { processed, failed, ignored };

struct AuditEvent {
    std::string type;           // "hotmart.purchase_approved", "lifecycle.transition" ...
    std::string target_id;      // the user concerned; empty when there is none
    std::string payload = "{}"; // JSON object, with the correlation id
    AuditStatus status = AuditStatus::processed;
    std::string error_message;
    std::string actor_id; // the person who did it; empty for the system itself
};

postgres::Statement append_events(std::span<const AuditEvent> events);
void append_event(postgres::Connection& connection, const AuditEvent& event);

// The failures with these correlation ids are `processed` now, after a successful retry. Answers the ids that had one.
std::set<std::string> settle_failed_events(postgres::Connection& connection,
                                           std::span<const std::string> correlation_ids);

struct LoggedEvent {
    std::string id; // time-ordered: the place to go on from
    std::string created_at;
    std::string type;
    std::string status;
    std::string target_id;
    std::string payload;
    std::string error_message;
};

// The newest `most` of those after the event `after` (empty: of all), oldest first. An empty type means any.
std::vector<LoggedEvent> read_events(postgres::Connection& connection, const std::string& after, std::string_view type,
                                     int most);

// {"correlation_id": "..."} with further members, given as name and text value in turn.
std::string audit_payload(std::string_view correlation_id,
                          std::initializer_list<std::pair<std::string_view, std::string_view>> members = {});

} // namespace ciclo::model
