#pragma once

#include "core/time.hpp"
#include "model/rules/projection.hpp"
#include "model/stores/catalogue_store.hpp"
#include "postgres/connection.hpp"

#include <cstddef>
#include <optional>
#include <string>

// Reads the raw events again and folds everybody again, page by page: memory does not grow with their
// number, and nothing is written where nothing differs.
namespace ciclo::model {

struct ReplayScope {
    std::string user_id;       // empty: everybody
    std::optional<Time> since; // everybody's: only events received since then, and the students they concern
};

struct FactPage {
    std::string last_id;           // where the next page goes on; empty: this was the last
    std::size_t events = 0;        // read
    std::size_t facts_changed = 0; // read differently now
    std::size_t requeued = 0;      // could not be acted on before and can now: left to the worker
};

// The page of raw events after `after` (empty: the first).
FactPage replay_facts(postgres::Connection& connection, const ReplayScope& scope, const std::string& after,
                      CatalogueCache& catalogue);

struct FoldPage {
    std::string last_id;
    std::size_t students = 0;
    std::size_t rows_written = 0;
};

FoldPage replay_folds(postgres::Connection& connection, const ReplayScope& scope, const std::string& after,
                      CatalogueCache& catalogue, const Policy& policy, Time now);

std::size_t count_students(postgres::Connection& connection, const ReplayScope& scope);
std::size_t count_events(postgres::Connection& connection, const ReplayScope& scope);

} // namespace ciclo::model
