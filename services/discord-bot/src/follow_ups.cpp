#include "follow_ups.hpp"

#include "command_definition.hpp"
#include "contracts/reconcile_discord.hpp"
#include "core/crypto.hpp"
#include "core/log.hpp"
#include "event_handler.hpp"
#include "model/stores/discord_session_store.hpp"
#include "model/stores/join_store.hpp"

#include <algorithm>

namespace ciclo::discord_bot {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto lost_after = 10s; // an interaction that nobody has answered by then
constexpr auto look_interval = 5s;
constexpr auto register_again = 1min;

// A token that is refused stays so until a person changes it, and Discord counts refusals.
std::chrono::milliseconds pause_after(const Error& error, std::chrono::milliseconds usual)
{
    if (error.kind == ErrorKind::unauthorized || error.kind == ErrorKind::refused)
        return 10min;
    return std::max(error.retry_after, usual);
}

} // namespace

void FollowUps::session_began()
{
    reads_members_ = true;
    last_read_.clear();
}

void FollowUps::step(postgres::Connection& connection)
{
    const auto present = Clock::now();
    if (present >= look_at_) {
        look_at_ = present + look_interval;
        look_for_unanswered(connection);
    }
    if (!is_registered_ && present >= register_at_) {
        register_at_ = present + register_again;
        register_command(connection);
    }
    if (reads_members_ && present >= read_at_)
        read_next_member(connection);
}

// Only when it is another one than the guild has: Discord counts, and a new one is shown late.
void FollowUps::register_command(postgres::Connection& connection)
{
    const auto definition = command_definition(config_.locale);
    const auto application = api_.application_id();
    if (!application) {
        log::warning("the application's id could not be read", {{"error", application.error().detail}});
        register_at_ = Clock::now() + pause_after(application.error(), register_again);
        return;
    }
    const auto hash = sha256_hex(*application + " " + config_.discord.guild_id + " " + definition);
    if (hash != model::discord_command_hash(connection)) {
        if (const auto set = api_.set_commands(*application, definition); !set) {
            log::error("the command /registrar could not be registered", {{"error", set.error().detail}});
            register_at_ = Clock::now() + pause_after(set.error(), register_again);
            return;
        }
        model::set_discord_command_hash(connection, hash);
        log::info("the command /registrar was registered");
    }
    is_registered_ = true;
}

void FollowUps::read_next_member(postgres::Connection& connection)
{
    const auto awaited = model::awaited_members(connection, last_read_, 1);
    if (awaited.empty()) {
        reads_members_ = false;
        return;
    }
    const auto& [user_id, discord_id] = awaited.front();
    const Time seen_at = now();
    const auto member = client_.member(discord_id);
    if (!member && member.error().kind != ErrorKind::not_found) {
        read_at_ = Clock::now() + pause_after(member.error(), 2s);
        return;
    }
    last_read_ = discord_id;
    const SeenState seen = member ? SeenState{true, member->pending, member->roles} : SeenState{};
    postgres::Transaction transaction{connection};
    const auto before =
        model::see_member(connection, {discord_id, seen.is_present, seen.is_pending, seen.roles, seen_at});
    const bool is_needed = needs_reconciliation(connection, user_id, before.was_present, seen);
    const std::string correlation_id = is_needed ? want_discord(connection, user_id) : std::string{};
    transaction.commit();
    if (is_needed)
        publisher_.publish(rabbitmq::message_of(contracts::ReconcileDiscord{user_id, correlation_id}));
}

void FollowUps::look_for_unanswered(postgres::Connection& connection)
{
    model::forget_old_interactions(connection);
    for (auto& interaction : model::unanswered_interactions(connection, lost_after))
        desk_.put(std::move(interaction));
}

} // namespace ciclo::discord_bot
