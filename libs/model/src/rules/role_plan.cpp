#include "model/rules/role_plan.hpp"

namespace ciclo::model {

namespace {

const RoleHistory& history_of(const RoleQuestion& question, const std::string& role)
{
    static const RoleHistory nothing;
    const auto found = question.history.find(role);
    return found == question.history.end() ? nothing : found->second;
}

// Not seen without the role since the access ended?
bool is_still_from_then(const RoleHistory& history, Time ended)
{
    return !history.gone_at || *history.gone_at < ended;
}

bool may_take(const RoleQuestion& question, const std::string& role)
{
    if (role == question.visitor_role)
        return true; // given to those without a product: whoever has one holds it by mistake
    const RoleHistory& history = history_of(question, role);
    if (history.is_given() || history.giving || history.taking)
        return true;
    const auto ended = question.ended.find(role);
    return ended != question.ended.end() && is_still_from_then(history, ended->second);
}

} // namespace

RolePlan plan_roles(const RoleQuestion& question)
{
    std::set<std::string> target = question.wanted;
    if (target.empty() && !question.visitor_role.empty())
        target.insert(question.visitor_role);
    RolePlan plan;
    for (const auto& role : target)
        if (!question.held.contains(role))
            plan.give.push_back(role);
    for (const auto& role : question.held) {
        if (!question.managed.contains(role) || target.contains(role))
            continue;
        if (!may_take(question, role))
            plan.by_hand.push_back(role);
        else if (question.held_back.contains(role))
            plan.held_back.push_back(role);
        else
            plan.take.push_back(role);
    }
    for (const auto& [role, ended] : question.ended)
        if (!question.held.contains(role) && !target.contains(role) &&
            is_still_from_then(history_of(question, role), ended))
            plan.absent.push_back(role);
    return plan;
}

} // namespace ciclo::model
