#include "reconcile_member.hpp"

#include "invite.hpp"
#include "role_difference.hpp"

#include "model/stores/discord_store.hpp"
#include "model/stores/event_log.hpp"
#include "model/stores/settings_store.hpp"

namespace ciclo::discord_worker {

namespace {

using namespace std::chrono_literals;
using model::DiscordWish;
using model::Lease;
using model::SeenMember;

constexpr auto screening_pause = 30s;

void log_role(postgres::Connection& connection, const Lease& lease, std::string_view type, const std::string& role)
{
    model::append_event(connection, {std::string{type}, lease.user_id,
                                     model::audit_payload(lease.correlation_id, {{"role_id", role}}),
                                     model::AuditStatus::processed, "", ""});
}

// New roles first, so that a change of plan never leaves a paying student without any.
Result<void> apply(postgres::Connection& connection, discord::Client& client, const Lease& lease, SeenMember& member,
                   const RoleDifference& difference)
{
    const std::string reason = "ciclo " + lease.correlation_id;
    for (const auto& role : difference.to_add) {
        const auto added = client.add_role(member.discord_id, role, reason);
        if (!added && added.error().kind == ErrorKind::not_found)
            return Error{ErrorKind::refused, "role " + role + " cannot be given: " + added.error().detail, {}};
        if (!added)
            return added.error();
        member.roles.insert(role);
        member.changed_by_us = true;
        log_role(connection, lease, "discord.role_assigned", role);
    }
    for (const auto& role : difference.to_remove) {
        const auto removed = client.remove_role(member.discord_id, role, reason);
        // The member left or the role was deleted: it is gone, which is what we want.
        if (!removed && removed.error().kind != ErrorKind::not_found)
            return removed.error();
        member.roles.erase(role);
        member.changed_by_us = true;
        log_role(connection, lease, "discord.role_revoked", role);
    }
    return {};
}

Result<Reconciled> reconcile_roles(postgres::Connection& connection, discord::Client& client, const Lease& lease,
                                   const DiscordWish& wish, const discord::Member& found)
{
    SeenMember member{wish.discord_id, lease.user_id, true, found.pending, found.roles, now(), false};
    // A role would let a newcomer skip the guild's rules.
    if (found.pending) {
        model::record_member(connection, member);
        return Reconciled{"", screening_pause};
    }
    const std::string visitor = model::find_setting(connection, "visitor_role_id").value_or("");
    const auto applied =
        apply(connection, client, lease, member, role_difference(wish.roles, found.roles, wish.managed, visitor));
    model::record_member(connection, member);
    if (!applied)
        return applied.error();
    return Reconciled{};
}

} // namespace

Result<Reconciled> reconcile_member(postgres::Connection& connection, discord::Client& client, const Lease& lease)
{
    const auto wish = model::read_discord_wish(connection, lease.user_id);
    if (!wish)
        return Reconciled{};
    if (!wish->discord_id.empty()) {
        const auto found = client.member(wish->discord_id);
        if (found)
            return reconcile_roles(connection, client, lease, *wish, *found);
        if (found.error().kind != ErrorKind::not_found)
            return found.error();
        model::record_member(connection, {wish->discord_id, lease.user_id, false, false, {}, now(), false});
    }
    if (wish->roles.empty())
        return Reconciled{};
    const auto message = ensure_invite(connection, client, lease);
    if (!message)
        return message.error();
    return Reconciled{*message, std::nullopt};
}

} // namespace ciclo::discord_worker
