#pragma once

#include "core/result.hpp"
#include "model/rules/brake.hpp"
#include "postgres/connection.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
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
enum class RuleChange { created, changed, deleted };

// One that has not ended.
std::optional<AccessRule> find_access_rule(postgres::Connection& connection, const std::string& id);

// Of one product, those that have not ended.
std::vector<AccessRule> list_access_rules(postgres::Connection& connection, const std::string& product_id);

// The ids of the products that give this from now on.
std::vector<std::string> products_giving(postgres::Connection& connection, std::string_view kind,
                                         std::string_view value);

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

// The rest of every change, wherever it comes from: it is noted in the audit log, and if it reaches everybody, those
// with access to the product are folded and reconciled again, as far as the rule can change something; the sweeper
// rings for them. Answers how many they are. `actor_id`: empty for somebody at the command line.
std::int64_t follow_rule_change(postgres::Connection& connection, RuleChange change, const AccessRule& rule,
                                RuleReach reach, const std::string& actor_id);

} // namespace ciclo::model
