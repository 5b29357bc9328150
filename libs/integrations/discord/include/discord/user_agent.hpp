#pragma once

#include <string_view>

namespace ciclo::discord {

// The form that Discord asks for; anything else may be refused at its edge (40333).
inline constexpr std::string_view user_agent = "DiscordBot (ciclo, 0.1)";

} // namespace ciclo::discord
