#pragma once

#include "core/time.hpp"
#include "postgres/connection.hpp"

#include <optional>
#include <string>
#include <vector>

// The audit log as people look for something in it.
namespace ciclo::model {

struct EventFilter {
    std::string type;      // exact, or with '*' at the end: "hotmart.*"; empty: any
    std::string target_id; // the student concerned; empty: anybody
    std::string status;    // empty: any
    std::optional<Time> from;
    std::optional<Time> to; // not included
};

struct FoundEvent {
    std::string id;
    std::string created_at; // ISO 8601
    std::string type;
    std::string status;
    std::string actor_id;
    std::string target_id;
    std::string payload; // JSON object
    std::string error_message;
};

// Newest first, at most `most`, older than the event `before` (empty: from the newest).
std::vector<FoundEvent> search_events(postgres::Connection& connection, const EventFilter& filter,
                                      const std::string& before, int most);

} // namespace ciclo::model
