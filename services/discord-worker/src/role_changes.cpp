#include "role_changes.hpp"

#include "model/stores/event_log.hpp"

#include <fmt/core.h>

namespace ciclo::discord_worker {

namespace {

// Does the failure concern one role only, so that the others can be tried?
bool concerns_one_role(const Error& error)
{
    return error.kind == ErrorKind::refused || error.kind == ErrorKind::internal;
}

// Was it surely not done? Otherwise the next look at the member tells.
bool surely_not_done(const Error& error)
{
    return error.kind != ErrorKind::unknown_outcome && error.kind != ErrorKind::unavailable;
}

} // namespace

void RoleChanges::note_lost_answers(std::map<std::string, model::RoleHistory>& history)
{
    for (auto& [role, past] : history) {
        const bool is_held = held_.contains(role);
        if (past.giving && is_held) {
            note_given(role, past.was_taken_by_hand());
            past.given_at = now();
            past.gone_at.reset();
        } else if (past.taking && !is_held) {
            note_taken(role);
            past.gone_at = now();
            past.taken_by_us = true;
        } else if (past.giving || past.taking) {
            // It was not done. Whatever is still to be done begins anew.
            model::drop_intent(connection_, row_of(role));
        }
        past.giving = past.taking = false;
    }
}

bool RoleChanges::may_go_on() const
{
    return outcome_.has_value() || concerns_one_role(outcome_.error());
}

Result<void> RoleChanges::apply(const model::RolePlan& plan, const std::map<std::string, model::RoleHistory>& history)
{
    for (const auto& role : plan.give) {
        const auto past = history.find(role);
        if (may_go_on())
            give(role, past != history.end() && past->second.was_taken_by_hand());
    }
    for (const auto& role : plan.take)
        if (may_go_on())
            take(role);
    return outcome_;
}

void RoleChanges::give(const std::string& role, bool was_taken_by_hand)
{
    model::intend_to_give(connection_, row_of(role));
    const auto given = client_.add_role(account_.discord_id, role, "ciclo " + account_.correlation_id);
    if (given) {
        note_given(role, was_taken_by_hand);
        held_.insert(role);
        return;
    }
    if (surely_not_done(given.error()))
        model::drop_intent(connection_, row_of(role));
    Error error = given.error();
    if (error.kind == ErrorKind::not_found) {
        // Either the member has just left, which the next look turns into an invite, or the role does not exist:
        // a rule that somebody must correct.
        const auto still_there = client_.member(account_.discord_id);
        const bool has_left = !still_there && still_there.error().kind == ErrorKind::not_found;
        error.kind = has_left ? ErrorKind::rate_limited : ErrorKind::refused;
        error.retry_after = std::chrono::seconds{has_left ? 1 : 0};
    }
    failed("given", role, std::move(error));
}

void RoleChanges::take(const std::string& role)
{
    model::intend_to_take(connection_, row_of(role));
    const auto taken = client_.remove_role(account_.discord_id, role, "ciclo " + account_.correlation_id);
    // The member left or the role was deleted: it is gone, which is what we want.
    if (taken || taken.error().kind == ErrorKind::not_found) {
        note_taken(role);
        held_.erase(role);
        return;
    }
    if (surely_not_done(taken.error()))
        model::drop_intent(connection_, row_of(role));
    failed("taken", role, taken.error());
}

void RoleChanges::note_given(const std::string& role, bool was_taken_by_hand)
{
    postgres::Transaction transaction{connection_};
    if (model::confirm_given(connection_, row_of(role), now()))
        model::append_event(connection_,
                            {"discord.role_assigned", account_.user_id,
                             model::audit_payload(account_.correlation_id,
                                                  {{"role_id", role},
                                                   {"discord_id", account_.discord_id},
                                                   {"reason", was_taken_by_hand ? "it had been taken by hand" : ""}}),
                             model::AuditStatus::processed, "", ""});
    transaction.commit();
    changed_ = true;
}

void RoleChanges::note_taken(const std::string& role)
{
    postgres::Transaction transaction{connection_};
    if (model::confirm_taken(connection_, row_of(role), now()))
        model::append_event(
            connection_,
            {"discord.role_revoked", account_.user_id,
             model::audit_payload(account_.correlation_id, {{"role_id", role}, {"discord_id", account_.discord_id}}),
             model::AuditStatus::processed, "", ""});
    transaction.commit();
    changed_ = true;
}

void RoleChanges::failed(std::string_view what, const std::string& role, Error error)
{
    error.detail = fmt::format("role {} cannot be {}: {}", role, what, error.detail);
    // Something that stops everything counts more than a single role's trouble.
    if (outcome_ || !concerns_one_role(error))
        outcome_ = std::move(error);
}

} // namespace ciclo::discord_worker
