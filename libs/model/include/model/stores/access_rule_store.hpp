#pragma once

#include "core/result.hpp"
#include "model/rules/brake.hpp"
#include "postgres/connection.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// What a product gives, as people change it: table access_rules. All functions run in the caller's transaction.
namespace ciclo::model {

struct AccessRule {
    std::string id;
    std::string product_id;
    std::string kind;
    std::string value;
};

// Whom a change reaches: who gets access from now on, or also everybody who has it already.
enum class RuleReach { new_access, everybody };

// One that has not ended.
std::optional<AccessRule> find_access_rule(postgres::Connection& connection, const std::string& id);

// Of one product, those that have not ended.
std::vector<AccessRule> list_access_rules(postgres::Connection& connection, const std::string& product_id);

bool class_exists(postgres::Connection& connection, const std::string& id);

// Answers the rule's id; `duplicate`, not_found for a product or a class that does not exist. While nobody has access
// to the product, every reach means the same.
Result<std::string> add_access_rule(postgres::Connection& connection, const AccessRule& rule, RuleReach reach);

// Brings a rule to everybody, if it was not before.
void extend_access_rule(postgres::Connection& connection, const AccessRule& rule);

// For new access only, whoever has what it gave keeps it. For everybody, it covers nobody any more; what ciclo gave by
// it is still known as ciclo's, so that it can be taken.
void end_access_rule(postgres::Connection& connection, const AccessRule& rule, RuleReach reach);

// Ending a rule for everybody takes something away: from many people only when somebody has said how many. A flow that
// was sent cannot be taken back.
BrakeDecision weigh_ending(postgres::Connection& connection, const AccessRule& rule, const BrakePolicy& policy);

// Those with access to the rule's product are folded and reconciled again, as far as the rule can change something.
// Answers how many they are.
std::int64_t want_rule_applied(postgres::Connection& connection, const AccessRule& rule,
                               const std::string& correlation_id);

} // namespace ciclo::model
