#pragma once

#include "model/stores/discord_store.hpp"

#include <set>
#include <string>

namespace ciclo::discord_bot {

// Does a full member hold other roles than wanted? Only roles of ours count, so that our own changes,
// which come back as events, end the matter instead of starting it again.
bool differs_from_wish(const model::DiscordWish& wish, const std::string& visitor_role,
                       const std::set<std::string>& held);

} // namespace ciclo::discord_bot
