#pragma once

#include "finding.hpp"
#include "hotmart/settings.hpp"

#include <string_view>

namespace ciclo::cli {

// Does Hotmart's API answer, and take the credentials? Two calls at most, reading only. The words follow LOCALE.
Finding look_at_hotmart(hotmart::Settings settings, std::string_view locale);

} // namespace ciclo::cli
