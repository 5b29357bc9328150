#include "model/stores/access_rule_store.hpp"

#include "core/time.hpp"
#include "core/uuid.hpp"
#include "model/stores/event_log.hpp"
#include "model/stores/reconciliation_store.hpp"
#include "model/stores/record_facts.hpp"

#include <fmt/core.h>

#include <span>

namespace ciclo::model {

namespace {

constexpr const char* find_sql =
    "SELECT id, product_id, kind, value FROM access_rules WHERE id = $1 AND applies_until IS NULL";
constexpr const char* list_sql = R"sql(
    SELECT id, product_id, kind, value FROM access_rules WHERE product_id = $1 AND applies_until IS NULL
    ORDER BY kind, created_at, id
)sql";
constexpr const char* giving_sql = R"sql(
    SELECT product_id FROM access_rules WHERE kind = $1 AND value = $2 AND applies_until IS NULL ORDER BY product_id
)sql";
constexpr const char* add_sql = R"sql(
    INSERT INTO access_rules (id, product_id, kind, value, applies_from, extended_at)
    SELECT $1, $2, $3, $4,
           CASE WHEN NOT $5::boolean
                     AND EXISTS (SELECT FROM enrollments WHERE product_id = $2::uuid AND status = 'active')
                THEN now() END,
           CASE WHEN $5::boolean THEN now() END
    ON CONFLICT (product_id, kind, value) WHERE applies_until IS NULL DO NOTHING
)sql";
constexpr const char* extend_sql = "UPDATE access_rules SET applies_from = NULL, extended_at = now() WHERE id = $1";
// A rule that never covered anybody leaves nothing to remember.
constexpr const char* forget_sql = R"sql(
    DELETE FROM access_rules WHERE id = $1 AND NOT EXISTS (SELECT FROM access_entitlements WHERE rule_id = $1)
)sql";
constexpr const char* end_sql = R"sql(
    UPDATE access_rules SET applies_until = coalesce($2::timestamptz, now()), extended_at = NULL WHERE id = $1
)sql";
constexpr const char* product_exists_sql = "SELECT FROM products WHERE id = $1";
constexpr const char* class_exists_sql = "SELECT FROM classes WHERE id::text = $1";
// Everybody with access now to whom this rule, and no other, gives what it gives.
constexpr const char* served_only_sql = R"sql(
    SELECT user_id FROM access_entitlements AS mine
    WHERE rule_id = $1 AND status = 'active'
      AND NOT EXISTS (SELECT FROM access_entitlements AS other
                      WHERE other.user_id = mine.user_id AND other.status = 'active' AND other.kind = mine.kind
                        AND other.value = mine.value AND other.rule_id <> $1)
    ORDER BY user_id
)sql";
constexpr const char* present_sql =
    "SELECT user_id FROM enrollments WHERE product_id = $1 AND status = 'active' ORDER BY user_id";

constexpr std::size_t rows_at_once = 3000;

// The fold decides on classes, flows and whether somebody has to register.
std::vector<std::string> targets_of(const std::string& kind)
{
    if (kind == "discord_role")
        return {"lifecycle", "discord"};
    if (kind == "manychat_tag")
        return {"manychat"};
    return {"lifecycle"};
}

AccessRule read_rule(const postgres::Rows& rows, std::size_t row)
{
    return {rows.text(row, 0), rows.text(row, 1), rows.text(row, 2), rows.text(row, 3)};
}

void want(postgres::Connection& connection, std::span<const WantedReconciliation> wanted)
{
    const auto statement = want_reconciliations(wanted);
    connection.execute(statement.sql, statement.params);
}

std::int64_t want_applied(postgres::Connection& connection, const AccessRule& rule, const std::string& correlation_id)
{
    const auto rows = connection.execute(present_sql, {rule.product_id});
    const auto targets = targets_of(rule.kind);
    std::vector<WantedReconciliation> wanted;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        for (const auto& target : targets)
            wanted.push_back({rows.text(i, 0), target, correlation_id});
        if (wanted.size() >= rows_at_once) {
            want(connection, wanted);
            wanted.clear();
        }
    }
    if (!wanted.empty())
        want(connection, wanted);
    return static_cast<std::int64_t>(rows.size());
}

std::string_view event_of(RuleChange change) noexcept
{
    switch (change) {
    case RuleChange::created:
        return "admin.access_rule_created";
    case RuleChange::changed:
        return "admin.access_rule_changed";
    case RuleChange::deleted:
        return "admin.access_rule_deleted";
    }
    return "admin.access_rule_changed";
}

} // namespace

std::optional<AccessRule> find_access_rule(postgres::Connection& connection, const std::string& id)
{
    const auto rows = connection.execute(find_sql, {id});
    return rows.empty() ? std::nullopt : std::optional{read_rule(rows, 0)};
}

std::vector<AccessRule> list_access_rules(postgres::Connection& connection, const std::string& product_id)
{
    const auto rows = connection.execute(list_sql, {product_id});
    std::vector<AccessRule> rules;
    for (std::size_t i = 0; i < rows.size(); ++i)
        rules.push_back(read_rule(rows, i));
    return rules;
}

std::vector<std::string> products_giving(postgres::Connection& connection, std::string_view kind,
                                         std::string_view value)
{
    const auto rows = connection.execute(giving_sql, {kind, value});
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < rows.size(); ++i)
        ids.push_back(rows.text(i, 0));
    return ids;
}

bool class_exists(postgres::Connection& connection, const std::string& id)
{
    return !connection.execute(class_exists_sql, {id}).empty();
}

Result<std::string> add_access_rule(postgres::Connection& connection, const AccessRule& rule, RuleReach reach)
{
    if (connection.execute(product_exists_sql, {rule.product_id}).empty())
        return Error{ErrorKind::not_found, fmt::format("There is no product {}.", rule.product_id), {}};
    if (rule.kind == "class_enrollment" && !class_exists(connection, rule.value))
        return Error{ErrorKind::not_found, fmt::format("There is no class {}.", rule.value), {}};
    std::string id = new_uuid();
    const auto added =
        connection.execute(add_sql, {id, rule.product_id, rule.kind, rule.value, reach == RuleReach::everybody});
    if (added.affected() == 0)
        return Error{
            ErrorKind::duplicate, fmt::format("The product has the rule {}={} already.", rule.kind, rule.value), {}};
    return id;
}

void extend_access_rule(postgres::Connection& connection, const AccessRule& rule)
{
    connection.execute(extend_sql, {rule.id});
}

void end_access_rule(postgres::Connection& connection, const AccessRule& rule, RuleReach reach)
{
    if (connection.execute(forget_sql, {rule.id}).affected() == 1)
        return;
    // No access began before the beginning of time.
    connection.execute(end_sql, {rule.id, reach == RuleReach::everybody ? postgres::Param{to_iso8601(Time{})}
                                                                        : postgres::Param{std::nullopt}});
}

BrakeDecision weigh_ending(postgres::Connection& connection, const AccessRule& rule, const BrakePolicy& policy)
{
    if (rule.kind == "manychat_flow")
        return {};
    const auto rows = connection.execute(served_only_sql, {rule.id});
    std::vector<Revocation> revocations;
    revocations.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
        revocations.push_back({rows.text(i, 0), rule.product_id});
    return decide_brake(revocations, students_by_product(connection), policy);
}

std::int64_t follow_rule_change(postgres::Connection& connection, RuleChange change, const AccessRule& rule,
                                RuleReach reach, const std::string& actor_id)
{
    const std::string correlation_id = new_uuid();
    append_event(connection,
                 {std::string{event_of(change)}, "",
                  audit_payload(correlation_id,
                                {{"product_id", rule.product_id}, {"access_rule_id", rule.id}, {"kind", rule.kind}}),
                  AuditStatus::processed, "", actor_id});
    return reach == RuleReach::everybody ? want_applied(connection, rule, correlation_id) : 0;
}

} // namespace ciclo::model
