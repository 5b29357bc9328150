#pragma once

#include "core/json.hpp"

#include <string>
#include <string_view>

namespace ciclo::discord_worker {

// What the team reads in its channel, in Portuguese unless `locale` is "es" or "en". An unknown
// template is shown by its name, so that nothing is silent.
std::string notification_text(std::string_view template_name, JsonView variables, std::string_view locale);

} // namespace ciclo::discord_worker
