#pragma once

#include "core/json.hpp"
#include "discord/guild.hpp"

#include <vector>

// Reads the objects of guild.hpp. What is missing reads as empty.
namespace ciclo::discord {

Member read_member(JsonView member);
std::vector<Role> read_roles(JsonView roles);
std::vector<Channel> read_channels(JsonView channels);

} // namespace ciclo::discord
