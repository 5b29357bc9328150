#include "event_handler.hpp"

#include "contracts/reconcile_discord.hpp"
#include "core/log.hpp"
#include "core/uuid.hpp"
#include "model/stores/discord_session_store.hpp"
#include "model/stores/discord_store.hpp"
#include "model/stores/join_store.hpp"
#include "model/stores/reconciliation_store.hpp"
#include "model/stores/registration_store.hpp"
#include "model/stores/settings_store.hpp"
#include "wanted_roles.hpp"

namespace ciclo::discord_bot {

namespace {

using model::GatewayMember;

class Writer {
public:
    Writer(postgres::Connection& connection, const InboxEvent& event) : connection_(connection), event_(event) {}

    // Each answers the student whose account concerns it and who is to be reconciled, or nobody.

    std::string operator()(const discord::SessionBegan& began)
    {
        model::begin_discord_session(connection_, {began.session_id, event_.sequence, began.resume_url});
        return {};
    }

    std::string operator()(const discord::MemberSeen& member)
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
        const SeenChange change{true, member.pending.value_or(before.was_pending), member.roles};
        return is_news(connection_, before.user_id, before.was_present, change) ? before.user_id : std::string{};
    }

    std::string operator()(const discord::MemberLeft& member)
    {
        const auto before = model::see_member(connection_, {member.discord_id, false, false, {}, event_.received_at});
        model::forget_open_joins(connection_, member.discord_id);
        return before.was_present ? before.user_id : std::string{};
    }

    std::string operator()(const discord::InviteGone& invite)
    {
        model::mark_invite_gone(connection_, invite.code, event_.received_at);
        return {};
    }

    // Kept until answered; who answers has it already.
    std::string operator()(const discord::CommandUsed& used)
    {
        model::remember_interaction(connection_, {used.interaction_id, used.token, used.application_id, used.channel_id,
                                                  used.discord_id, used.code, event_.received_at});
        return {};
    }

    std::string operator()(const discord::GuildLost& guild)
    {
        if (!guild.is_outage)
            log::error("the bot was removed from the guild: invite it again, then: ciclo doctor");
        return {};
    }

    std::string operator()(const discord::RolesChanged&) { return {}; }
    std::string operator()(const discord::SessionResumed&) { return {}; }

private:
    postgres::Connection& connection_;
    const InboxEvent& event_;
};

} // namespace

bool is_news(postgres::Connection& connection, const std::string& user_id, bool was_present, const SeenChange& seen)
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

std::string EventHandler::write_down(postgres::Connection& connection, const InboxEvent& event)
{
    postgres::Transaction transaction{connection};
    std::string user_id = std::visit(Writer{connection, event}, event.event);
    std::string correlation_id;
    if (!user_id.empty()) {
        correlation_id = new_uuid();
        const model::WantedReconciliation wanted{user_id, "discord", correlation_id};
        const auto statement = model::want_reconciliations({&wanted, 1});
        connection.execute(statement.sql, statement.params);
    }
    model::advance_discord_session(connection, event.sequence);
    transaction.commit();
    if (!user_id.empty()) {
        log::info("Discord shows something to be reconciled",
                  {{"user_id", user_id}, {"correlation_id", correlation_id}});
        publisher_.publish(rabbitmq::message_of(contracts::ReconcileDiscord{user_id, correlation_id}));
    }
    return user_id;
}

void EventHandler::handle(postgres::Connection& connection, const InboxEvent& event)
{
    (void)write_down(connection, event);
    if (std::holds_alternative<discord::SessionBegan>(event.event))
        session_began_ = true;
}

} // namespace ciclo::discord_bot
