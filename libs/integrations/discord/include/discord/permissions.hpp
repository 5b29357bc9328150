#pragma once

#include "discord/guild.hpp"

#include <cstdint>
#include <string>
#include <vector>

// What a bot may do, computed as Discord does (documentation, "Permissions").
namespace ciclo::discord {

namespace permission {
inline constexpr std::uint64_t create_instant_invite = 1ULL << 0U;
inline constexpr std::uint64_t administrator = 1ULL << 3U;
inline constexpr std::uint64_t manage_channels = 1ULL << 4U;
inline constexpr std::uint64_t view_channel = 1ULL << 10U;
inline constexpr std::uint64_t send_messages = 1ULL << 11U;
inline constexpr std::uint64_t manage_roles = 1ULL << 28U;
} // namespace permission

// In the guild as a whole: of its roles and of @everyone, whose role has the guild's id.
std::uint64_t guild_permissions(const std::string& guild_id, const std::vector<Role>& roles, const Member& member);

// In one channel, with its overwrites.
std::uint64_t channel_permissions(const std::string& guild_id, const std::vector<Role>& roles, const Member& member,
                                  const Channel& channel);

// Of the member's highest role; 0 when it has none but @everyone.
int top_position(const std::vector<Role>& roles, const Member& member);

} // namespace ciclo::discord
