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

// Does the failure concern one role only, so that the others can be tried?
bool concerns_one_role(const Error& error)
{
    return error.kind == ErrorKind::refused || error.kind == ErrorKind::internal;
}

// New roles first, so that a change of plan never leaves a paying student without any. One role that
// cannot be given or taken does not hold back the others; the first failure is the answer.
class RoleChanges {
public:
    RoleChanges(postgres::Connection& connection, discord::Client& client, const Lease& lease, SeenMember& member)
        : connection_(connection), client_(client), lease_(lease), member_(member),
          reason_("ciclo " + lease.correlation_id)
    {
    }

    Result<void> apply(const RoleDifference& difference)
    {
        for (const auto& role : difference.to_add)
            if (may_go_on())
                add(role);
        for (const auto& role : difference.to_remove)
            if (may_go_on())
                remove(role);
        return outcome_;
    }

private:
    bool may_go_on() const { return outcome_.has_value() || concerns_one_role(outcome_.error()); }

    void add(const std::string& role)
    {
        const auto added = client_.add_role(member_.discord_id, role, reason_);
        if (!added) {
            // A role that does not exist is a rule that somebody must correct.
            Error error = added.error();
            error.kind = error.kind == ErrorKind::not_found ? ErrorKind::refused : error.kind;
            failed("role " + role + " cannot be given: ", std::move(error));
            return;
        }
        member_.roles.insert(role);
        member_.changed_by_us = true;
        log_role(connection_, lease_, "discord.role_assigned", role);
    }

    void remove(const std::string& role)
    {
        const auto removed = client_.remove_role(member_.discord_id, role, reason_);
        // The member left or the role was deleted: it is gone, which is what we want.
        if (!removed && removed.error().kind != ErrorKind::not_found) {
            failed("role " + role + " cannot be taken: ", removed.error());
            return;
        }
        member_.roles.erase(role);
        member_.changed_by_us = true;
        log_role(connection_, lease_, "discord.role_revoked", role);
    }

    void failed(const std::string& what, Error error)
    {
        error.detail = what + error.detail;
        // Something that stops everything counts more than a single role's trouble.
        if (outcome_ || !concerns_one_role(error))
            outcome_ = std::move(error);
    }

    postgres::Connection& connection_;
    discord::Client& client_;
    const Lease& lease_;
    SeenMember& member_;
    std::string reason_;
    Result<void> outcome_;
};

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
    const auto applied = RoleChanges{connection, client, lease, member}.apply(
        role_difference(wish.roles, found.roles, wish.managed, visitor));
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
