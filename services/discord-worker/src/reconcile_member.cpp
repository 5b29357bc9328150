#include "reconcile_member.hpp"

#include "former_accounts.hpp"
#include "invite.hpp"
#include "role_changes.hpp"

#include "model/rules/role_plan.hpp"
#include "model/stores/discord_store.hpp"
#include "model/stores/given_role_store.hpp"
#include "model/stores/settings_store.hpp"

#include <algorithm>

namespace ciclo::discord_worker {

namespace {

using namespace std::chrono_literals;
using model::DiscordWish;
using model::Lease;
using model::SeenMember;

Result<Reconciled> reconcile_roles(postgres::Connection& connection, discord::Client& client, const Lease& lease,
                                   const DiscordWish& wish, const discord::Member& found, Time seen_at)
{
    SeenMember member{wish.discord_id, lease.user_id, true, found.pending, found.roles, seen_at, false};
    auto evidence = model::read_role_evidence(connection, lease.user_id, wish.discord_id);
    RoleChanges changes{connection, client, {wish.discord_id, lease.user_id, lease.correlation_id}, member.roles};
    changes.note_lost_answers(evidence.history);
    // A role would let a newcomer skip the guild's rules.
    if (found.pending && !wish.roles.empty()) {
        model::record_member(connection, member);
        return Reconciled{"", screening_pause(seen_at - lease.wanted_at), true};
    }
    const std::string visitor =
        found.pending ? std::string{} : model::find_setting(connection, "visitor_role_id").value_or("");
    const auto plan = model::plan_roles(
        {wish.roles, member.roles, wish.managed, visitor, evidence.history, evidence.ended, evidence.held_back});
    const auto applied = changes.apply(plan, evidence.history);
    member.changed_by_us = changes.changed_something();
    if (member.changed_by_us)
        member.seen_at = now(); // Discord has confirmed the roles as they are now
    model::record_member(connection, member);
    model::note_absent(connection, wish.discord_id, lease.user_id, plan.absent, seen_at);
    if (!applied)
        return applied.error();
    return Reconciled{"", std::nullopt, true};
}

} // namespace

std::chrono::milliseconds screening_pause(std::chrono::microseconds waited)
{
    return std::clamp<std::chrono::milliseconds>(std::chrono::ceil<std::chrono::milliseconds>(waited / 2), 5s, 6h);
}

Result<Reconciled> reconcile_member(postgres::Connection& connection, discord::Client& client, const Lease& lease)
{
    const auto wish = model::read_discord_wish(connection, lease.user_id);
    if (!wish)
        return Reconciled{};
    const auto cleared = clear_former_accounts(connection, client, lease);
    if (!cleared)
        return cleared.error();
    bool asked_discord = *cleared;
    if (!wish->discord_id.empty()) {
        const Time seen_at = now(); // before asking: what was done since is not contradicted by the answer
        const auto found = client.member(wish->discord_id);
        if (found)
            return reconcile_roles(connection, client, lease, *wish, *found, seen_at);
        if (found.error().kind != ErrorKind::not_found)
            return found.error();
        asked_discord = true;
        model::record_member(connection, {wish->discord_id, lease.user_id, false, false, {}, seen_at, false});
    }
    if (wish->roles.empty())
        return Reconciled{"", std::nullopt, asked_discord};
    const auto message = ensure_invite(connection, client, lease);
    if (!message && message.error().kind == ErrorKind::invalid_input)
        return Reconciled{"", std::nullopt, asked_discord, message.error()};
    if (!message)
        return message.error();
    return Reconciled{*message, std::nullopt, asked_discord || !message->empty()};
}

} // namespace ciclo::discord_worker
