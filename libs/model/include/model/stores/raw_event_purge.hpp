#pragma once

#include "core/time.hpp"
#include "postgres/connection.hpp"

#include <cstdint>
#include <string>

// Raw webhook deliveries that nobody needs any more. What was understood of them stays: the facts, and the row that
// says that they came.
namespace ciclo::model {

struct PurgedPage {
    std::string last_id; // where the next page goes on
    std::int64_t purged = 0;
};

// Drops the payloads of the next finished events after the id `after` (empty: from the first). Whatever still waits for
// a product, a purchase or a person keeps its payload.
PurgedPage purge_events(postgres::Connection& connection, Time received_before, const std::string& after, int most);

std::int64_t count_purgeable_events(postgres::Connection& connection, Time received_before, const std::string& after);

// Deliveries that could not be understood at all.
std::int64_t delete_rejected_webhooks(postgres::Connection& connection, Time received_before, int most);

} // namespace ciclo::model
