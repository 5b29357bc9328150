#pragma once

#include "core/environment.hpp"
#include "discord/client.hpp"

#include <string>

namespace ciclo::discord_bot {

struct Config {
    std::string database_url;
    std::string amqp_url;
    bool enabled = true;
    discord::Settings discord;
    std::string gateway_url;          // empty: the one that Discord names
    std::string registration_channel; // empty: /registrar may be used anywhere
    std::string locale;

    static Config read(Environment& environment);
};

} // namespace ciclo::discord_bot
