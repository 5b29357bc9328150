#pragma once

#include "finding.hpp"
#include "whatsapp/message_template.hpp"
#include "whatsapp/settings.hpp"

#include <string_view>
#include <vector>

namespace ciclo::cli {

// Does Meta's API answer, take the token and show the account, and which of its templates may be sent? Reads only.
// The words follow LOCALE ("pt-BR", "es" or "en").
Finding look_at_meta(whatsapp::Settings settings, std::string_view locale);

// The last part of that, pure: what is approved, and what is not with Meta's reason.
Finding examine_templates(const std::vector<whatsapp::MessageTemplate>& templates, std::string_view locale);

} // namespace ciclo::cli
