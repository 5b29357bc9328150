#pragma once

#include "core/result.hpp"
#include "core/time.hpp"
#include "model/rules/retry.hpp"
#include "postgres/connection.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

// Level-triggered work: table reconciliations. A row is due while applied_version < wanted_version.
namespace ciclo::model {

struct WantedReconciliation {
    std::string user_id;
    std::string target; // "discord", "manychat", "lifecycle"
    std::string correlation_id;
};

// A higher wanted version; also a row that was given up gets a new chance. Each (user, target) at most
// once in a call.
postgres::Statement want_reconciliations(std::span<const WantedReconciliation> wanted);

// What was given up gets a new chance. Does nothing for any other row.
void retry_given_up(postgres::Connection& connection, const std::string& user_id, std::string_view target);

struct Lease {
    std::string user_id;
    std::string target;
    std::int64_t version; // what will have been applied when the work succeeds
    int attempts;
    std::string correlation_id;
    Time wanted_at;
};

// Takes the row for `duration`, unless it is not due, waits for its next attempt, or another worker has it.
std::optional<Lease> lease_reconciliation(postgres::Connection& connection, std::string_view target,
                                          std::string_view user_id, std::chrono::seconds duration);

// Applied as leased. True when the wanted version moved meanwhile: go again.
bool complete_reconciliation(postgres::Connection& connection, const Lease& lease);

// The attempt failed: waits for the next one, or is given up, by the rules of retry.hpp. A deadline of
// the provider (Retry-After) is kept. Answers what was decided.
RetryDecision postpone_reconciliation(postgres::Connection& connection, const Lease& lease, const Error& error);

} // namespace ciclo::model
