#include "event_handler.hpp"

#include "contracts/reconcile_discord.hpp"
#include "core/log.hpp"
#include "core/uuid.hpp"
#include "model/stores/discord_session_store.hpp"
#include "model/stores/discord_store.hpp"
#include "model/stores/given_role_store.hpp"
#include "model/stores/join_store.hpp"
#include "model/stores/reconciliation_store.hpp"
#include "model/stores/registration_store.hpp"
#include "model/stores/settings_store.hpp"
#include "wanted_roles.hpp"

namespace ciclo::discord_bot {

namespace {

using model::GatewayMember;

// A student whose account the event is about and whose state is not as wanted; or nobody.
struct Concerned {
    std::string user_id;
    std::string discord_id;
    bool only_roles_changed = false;
};

// Several roles of one change are seen one by one.
constexpr std::chrono::milliseconds second_look_after{300};

class Writer {
public:
    Writer(postgres::Connection& connection, const InboxEvent& event) : connection_(connection), event_(event) {}

    Concerned operator()(const discord::SessionBegan& began)
    {
        model::begin_discord_session(connection_, {began.session_id, event_.sequence, began.resume_url});
        return {};
    }

    Concerned operator()(const discord::MemberSeen& member)
    {
        if (member.is_bot)
            return {};
        const GatewayMember seen{member.discord_id, true, member.pending, member.roles, event_.received_at};
        const auto before = model::see_member(connection_, seen);
        if (before.user_id.empty()) {
            if (member.joined)
                model::record_join(connection_, member.discord_id, member.joined_at.value_or(event_.received_at),
                                   event_.received_at);
            return {};
        }
        const SeenState state{true, member.pending.value_or(before.was_pending), member.roles};
        if (!needs_reconciliation(connection_, before.user_id, before.was_present, state))
            return {};
        return {before.user_id, member.discord_id, before.was_present && !before.was_pending};
    }

    Concerned operator()(const discord::MemberLeft& member)
    {
        const auto before = model::see_member(connection_, {member.discord_id, false, false, {}, event_.received_at});
        model::forget_open_joins(connection_, member.discord_id);
        if (before.user_id.empty() || !before.was_present)
            return {};
        return {before.user_id, member.discord_id};
    }

    Concerned operator()(const discord::InviteGone& invite)
    {
        model::mark_invite_gone(connection_, invite.code, event_.received_at);
        return {};
    }

    // Kept until answered; who answers has it already.
    Concerned operator()(const discord::CommandUsed& used)
    {
        model::remember_interaction(connection_, {used.interaction_id, used.token, used.application_id, used.channel_id,
                                                  used.discord_id, used.code, event_.received_at});
        return {};
    }

    Concerned operator()(const discord::GuildLost& guild)
    {
        if (!guild.is_outage)
            log::error("the bot was removed from the guild: invite it again, then: ciclo doctor");
        return {};
    }

    Concerned operator()(const discord::RolesChanged&)
    {
        (void)model::recheck_refused_roles(connection_);
        return {};
    }
    Concerned operator()(const discord::SessionResumed&) { return {}; }

private:
    postgres::Connection& connection_;
    const InboxEvent& event_;
};

} // namespace

bool needs_reconciliation(postgres::Connection& connection, const std::string& user_id, bool was_present,
                          const SeenState& seen)
{
    if (!seen.is_present)
        return was_present;
    // Before the rules are accepted there is nothing to give, and afterwards the roles tell.
    if (seen.is_pending)
        return !was_present;
    const auto wish = model::read_discord_wish(connection, user_id);
    const auto visitor = model::find_setting(connection, "visitor_role_id").value_or("");
    return wish && differs_from_wish(*wish, visitor, seen.roles);
}

std::string want_discord(postgres::Connection& connection, const std::string& user_id)
{
    std::string correlation_id = new_uuid();
    const model::WantedReconciliation wanted{user_id, "discord", correlation_id};
    const auto statement = model::want_reconciliations({&wanted, 1});
    connection.execute(statement.sql, statement.params);
    return correlation_id;
}

void EventHandler::ring(const std::string& user_id, const std::string& correlation_id)
{
    log::info("Discord shows something to be reconciled", {{"user_id", user_id}, {"correlation_id", correlation_id}});
    publisher_.publish(rabbitmq::message_of(contracts::ReconcileDiscord{user_id, correlation_id}));
}

void EventHandler::handle(postgres::Connection& connection, const InboxEvent& event)
{
    postgres::Transaction transaction{connection};
    const Concerned concerned = std::visit(Writer{connection, event}, event.event);
    const bool is_somebody = !concerned.user_id.empty();
    const bool is_for_later =
        is_somebody && (concerned.only_roles_changed || model::is_discord_under_way(connection, concerned.user_id));
    const std::string correlation_id =
        is_somebody && !is_for_later ? want_discord(connection, concerned.user_id) : std::string{};
    model::advance_discord_session(connection, event.sequence);
    transaction.commit();
    if (is_for_later)
        to_look_at_[concerned.user_id] = {concerned.discord_id, std::chrono::steady_clock::now() + second_look_after};
    if (!correlation_id.empty())
        ring(concerned.user_id, correlation_id);
    if (std::holds_alternative<discord::SessionBegan>(event.event))
        session_began_ = true;
}

void EventHandler::look_again(postgres::Connection& connection)
{
    for (auto each = to_look_at_.begin(); each != to_look_at_.end();) {
        const auto& [user_id, look] = *each;
        if (std::chrono::steady_clock::now() < look.not_before || model::is_discord_under_way(connection, user_id)) {
            ++each;
            continue;
        }
        const auto seen = model::find_seen_member(connection, look.discord_id);
        postgres::Transaction transaction{connection};
        // What was given up waits for a person, or for a change of the roles: our own half of the work, seen here, is
        // no news.
        if (seen && !model::is_discord_given_up(connection, user_id) &&
            needs_reconciliation(connection, user_id, true, {seen->present, *seen->pending, seen->roles})) {
            const auto correlation_id = want_discord(connection, user_id);
            transaction.commit();
            ring(user_id, correlation_id);
        }
        each = to_look_at_.erase(each);
    }
}

} // namespace ciclo::discord_bot
