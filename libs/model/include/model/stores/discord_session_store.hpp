#pragma once

#include "postgres/connection.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// What outlives a process of the bot: table discord_bot, and who runs it.
namespace ciclo::model {

// One bot is on Discord's gateway, the others stand by. The lock belongs to the database session: it is
// free as soon as that ends, however it ends. The session that holds it may ask again.
bool acquire_discord_bot(postgres::Connection& connection);

struct DiscordSession {
    std::string id;
    std::int64_t sequence = 0;
    std::string resume_url;
};

std::optional<DiscordSession> find_discord_session(postgres::Connection& connection);
void begin_discord_session(postgres::Connection& connection, const DiscordSession& session);

// Everything up to this event has been handled: a resume may leave it out.
void advance_discord_session(postgres::Connection& connection, std::int64_t sequence);

std::string discord_command_hash(postgres::Connection& connection); // empty: never registered
void set_discord_command_hash(postgres::Connection& connection, std::string_view hash);

} // namespace ciclo::model
