#pragma once

#include "doctor_report.hpp"

#include "core/environment.hpp"
#include "postgres/connection.hpp"

namespace ciclo::cli {

// Token, guild, roles, permissions, channels, intents and the team's webhook, with what to click. Without a database
// only what the environment tells is looked at.
void check_discord(Report& report, Environment& environment, postgres::Connection* connection);

} // namespace ciclo::cli
