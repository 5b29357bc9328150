#include "config.hpp"
#include "endpoints.hpp"

#include "model/rules/catalogue_input.hpp"
#include "model/stores/access_rule_store.hpp"

#include <fmt/core.h>

namespace ciclo::admin {

namespace {

using model::AccessRule;
using model::RuleChange;
using model::RuleReach;

constexpr std::int64_t most_people = 10'000'000;

RuleReach reach_of(bool apply_to_existing)
{
    return apply_to_existing ? RuleReach::everybody : RuleReach::new_access;
}

AccessRule existing_rule(Call& call)
{
    auto rule = model::find_access_rule(call.connection, uuid_of(call.captures[0], "access rule"));
    if (!rule)
        throw Refusal{404, "There is no access rule with this id."};
    return *std::move(rule);
}

void ask_the_brake(Call& call, const AccessRule& rule, std::int64_t approved)
{
    auto policy = call.config.brake;
    policy.approved_people = static_cast<std::size_t>(approved);
    const auto decision = model::weigh_ending(call.connection, rule, policy);
    if (decision.stops)
        throw Refusal{409, fmt::format("This {}. To do it all the same, repeat it with `approved_people` {}.",
                                       decision.reason, decision.people.size())};
}

std::int64_t follow(Call& call, RuleChange change, const AccessRule& rule, RuleReach reach)
{
    return model::follow_rule_change(call.connection, change, rule, reach, call.caller.user_id);
}

std::string add(Call& call, const AccessRule& rule, RuleReach reach)
{
    if (const auto fine = model::check_access_rule(rule.kind, rule.value); !fine)
        throw refusal_of(fine.error());
    const auto added = model::add_access_rule(call.connection, rule, reach);
    return expect(added);
}

net::HttpResponse rule_answer(Call& call, int status, const std::string& id, std::int64_t applied_to)
{
    const auto rule = model::find_access_rule(call.connection, id);
    if (!rule)
        throw Refusal{404, "The rule was taken away again meanwhile."};
    JsonWriter json;
    json.begin_object().member("id", rule->id).member("product_id", rule->product_id).member("kind", rule->kind);
    json.member("value", rule->value).member("applied_to", applied_to).end_object();
    return json_answer(status, json);
}

} // namespace

net::HttpResponse create_access_rule(Call& call)
{
    const auto product_id = uuid_of(call.captures[0], "product");
    const auto document = json_body(call.request);
    const auto body = document.root();
    AccessRule rule{"", product_id, required_text(body, "kind", 40), required_text(body, "value", 500)};
    const auto reach = reach_of(truth(body, "apply_to_existing", false));
    postgres::Transaction transaction{call.connection};
    rule.id = add(call, rule, reach);
    const auto applied_to = follow(call, RuleChange::created, rule, reach);
    transaction.commit();
    return rule_answer(call, 201, rule.id, applied_to);
}

// Another value is another rule, which takes the place of this one. The same value: a rule that was made for new access
// only is brought to everybody.
net::HttpResponse change_access_rule(Call& call)
{
    const auto document = json_body(call.request);
    const auto body = document.root();
    const auto old = existing_rule(call);
    AccessRule wanted{old.id, old.product_id, old.kind,
                      body["value"].exists() ? required_text(body, "value", 500) : old.value};
    const auto reach = reach_of(truth(body, "apply_to_existing", false));
    const auto approved = integer_or(body, "approved_people", 0, 0, most_people);
    postgres::Transaction transaction{call.connection};
    if (wanted.value != old.value) {
        wanted.id = add(call, wanted, reach);
        if (reach == RuleReach::everybody)
            ask_the_brake(call, old, approved);
        model::end_access_rule(call.connection, old, reach);
    } else if (reach == RuleReach::everybody) {
        model::extend_access_rule(call.connection, old);
    }
    const auto applied_to = follow(call, RuleChange::changed, wanted, reach);
    transaction.commit();
    return rule_answer(call, 200, wanted.id, applied_to);
}

net::HttpResponse delete_access_rule(Call& call)
{
    const auto rule = existing_rule(call);
    const auto reach = reach_of(query_truth(call.request, "apply_to_existing"));
    const auto approved = query_integer(call.request, "approved_people", 0, 0, most_people);
    postgres::Transaction transaction{call.connection};
    if (reach == RuleReach::everybody)
        ask_the_brake(call, rule, approved);
    model::end_access_rule(call.connection, rule, reach);
    (void)follow(call, RuleChange::deleted, rule, reach);
    transaction.commit();
    return no_content();
}

} // namespace ciclo::admin
