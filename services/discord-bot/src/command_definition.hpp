#pragma once

#include <string>

namespace ciclo::discord_bot {

inline constexpr const char* registration_command = "registrar";

// The guild's commands as the JSON array that Discord wants (documentation, "Application Commands").
std::string command_definition(const std::string& locale);

} // namespace ciclo::discord_bot
