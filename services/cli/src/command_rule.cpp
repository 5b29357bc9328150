#include "arguments.hpp"
#include "commands.hpp"

#include "core/environment.hpp"
#include "core/uuid.hpp"
#include "model/policy.hpp"
#include "model/rules/catalogue_input.hpp"
#include "model/stores/access_rule_store.hpp"
#include "model/stores/announcement_store.hpp"

#include <fmt/core.h>

namespace ciclo::cli {

namespace {

using model::AccessRule;
using model::RuleChange;
using model::RuleReach;

RuleReach reach_of(const Arguments& arguments)
{
    return arguments.has("apply-to-existing") ? RuleReach::everybody : RuleReach::new_access;
}

AccessRule existing_rule(postgres::Connection& connection, const std::string& id)
{
    auto rule = is_uuid(id) ? model::find_access_rule(connection, id) : std::nullopt;
    if (!rule)
        throw UsageError{fmt::format("there is no access rule {}: see ciclo rule list PRODUCT", id)};
    return *std::move(rule);
}

// In the transaction of the change.
void follow(postgres::Connection& connection, RuleChange change, const AccessRule& rule, RuleReach reach)
{
    const auto students = model::follow_rule_change(connection, change, rule, reach, "");
    if (reach == RuleReach::everybody)
        fmt::print("{} students with access are looked at again\n", students);
}

int list(const Arguments& arguments)
{
    arguments.allow_only({});
    auto connection = connect();
    const auto product_id = model::find_product_id(connection, arguments.positional()[1]);
    if (!product_id)
        return fail(product_id.error());
    for (const auto& rule : model::list_access_rules(connection, *product_id))
        fmt::print("{}  {}={}\n", rule.id, rule.kind, rule.value);
    return 0;
}

int add(const Arguments& arguments)
{
    arguments.allow_only({"apply-to-existing"});
    const auto& told = arguments.positional()[2];
    const auto equals = told.find('=');
    if (equals == std::string::npos)
        throw UsageError{fmt::format("rule \"{}\": write KIND=VALUE, such as discord_role=700000000000000101", told)};
    auto connection = connect();
    const auto product_id = model::find_product_id(connection, arguments.positional()[1]);
    if (!product_id)
        return fail(product_id.error());
    AccessRule rule{"", *product_id, told.substr(0, equals), told.substr(equals + 1)};
    if (const auto fine = model::check_access_rule(rule.kind, rule.value); !fine)
        return fail(fine.error());
    const auto reach = reach_of(arguments);
    postgres::Transaction transaction{connection};
    const auto id = model::add_access_rule(connection, rule, reach);
    if (!id)
        return fail(id.error());
    rule.id = *id;
    follow(connection, RuleChange::created, rule, reach);
    transaction.commit();
    fmt::print("access rule {} added{}\n", rule.id,
               reach == RuleReach::everybody ? "" : ": for access that begins from now on");
    return 0;
}

int extend(const Arguments& arguments)
{
    arguments.allow_only({});
    auto connection = connect();
    const auto rule = existing_rule(connection, arguments.positional()[1]);
    postgres::Transaction transaction{connection};
    model::extend_access_rule(connection, rule);
    follow(connection, RuleChange::changed, rule, RuleReach::everybody);
    transaction.commit();
    return 0;
}

int end(const Arguments& arguments)
{
    arguments.allow_only({"apply-to-existing", "approve"});
    Environment environment;
    auto brake = model::read_brake_policy(environment);
    brake.approved_people = static_cast<std::size_t>(arguments.integer("approve", 0, 0, 10'000'000));
    const auto reach = reach_of(arguments);
    auto connection = connect();
    const auto rule = existing_rule(connection, arguments.positional()[1]);
    postgres::Transaction transaction{connection};
    if (reach == RuleReach::everybody) {
        const auto decision = model::weigh_ending(connection, rule, brake);
        if (decision.stops) {
            fmt::print(stderr, "This {}. To do it all the same, repeat it with --approve {}.\n", decision.reason,
                       decision.people.size());
            return 1;
        }
    }
    model::end_access_rule(connection, rule, reach);
    follow(connection, RuleChange::deleted, rule, reach);
    transaction.commit();
    fmt::print("access rule {} ended{}\n", rule.id,
               reach == RuleReach::everybody ? "" : "; whoever has what it gave keeps it");
    return 0;
}

} // namespace

int rule(const Words& words)
{
    Arguments arguments{words, {"apply-to-existing"}};
    const auto& verbs = arguments.positional();
    if (verbs.size() == 2 && verbs[0] == "list")
        return list(arguments);
    if (verbs.size() == 3 && verbs[0] == "add")
        return add(arguments);
    if (verbs.size() == 2 && verbs[0] == "extend")
        return extend(arguments);
    if (verbs.size() == 2 && verbs[0] == "end")
        return end(arguments);
    throw UsageError{"write: ciclo rule list PRODUCT, ciclo rule add PRODUCT KIND=VALUE [--apply-to-existing], ciclo "
                     "rule extend RULE_ID, or: ciclo rule end RULE_ID [--apply-to-existing] [--approve N]"};
}

} // namespace ciclo::cli
