#pragma once

#include "model/stores/registration_store.hpp"

#include <string>

namespace ciclo::discord_bot {

// What the member reads who typed /registrar; `channel` is the one to use, for wrong_channel.
std::string reply_text(model::RegistrationOutcome outcome, const std::string& locale, const std::string& channel);

// The direct message to somebody who joined and whose account nobody knows.
std::string welcome_text(const std::string& locale, const std::string& channel);

} // namespace ciclo::discord_bot
