#pragma once

#include "postgres/connection.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

// Rows whose work is due although their bell must have been lost, found for the sweeper.
namespace ciclo::model {

struct DueRow {
    std::string id;
    std::string correlation_id;
};

// `overdue`: how long a row may wait for its first bell before it counts as forgotten.
std::vector<DueRow> due_webhook_events(postgres::Connection& connection, std::chrono::seconds overdue, int most);
std::vector<DueRow> due_reconciliations(postgres::Connection& connection, std::string_view target,
                                        std::chrono::seconds overdue, int most);
std::vector<DueRow> due_messages(postgres::Connection& connection, std::string_view channel,
                                 std::chrono::seconds overdue, int most);

// Students for whom time alone changes something by now (grace over, paid period over): marks them to be
// folded again. Answers how many; due_reconciliations() finds them.
std::size_t want_timed_folds(postgres::Connection& connection, int most);

// Students who were folded under another policy (Discord was switched on, another grace): likewise. `policy` is
// policy_text() of the present one.
std::size_t want_policy_folds(postgres::Connection& connection, const std::string& policy, int most);

// Onboarding tokens whose time is over: ManyChat must not show them any more. Answers how many.
std::size_t close_expired_tokens(postgres::Connection& connection, int most);

} // namespace ciclo::model
