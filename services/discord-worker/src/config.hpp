#pragma once

#include "core/environment.hpp"
#include "discord/client.hpp"
#include "model/rules/brake.hpp"

#include <string>

namespace ciclo::discord_worker {

struct Config {
    std::string database_url;
    std::string amqp_url;
    bool enabled = true; // false: what is wanted waits until it is turned on
    discord::Settings discord;
    std::string notification_webhook; // secret; empty: notifications go nowhere
    int lanes = 4;
    int requests_per_second = 45;
    model::BrakePolicy brake; // of sweeps

    static Config read(Environment& environment);
};

} // namespace ciclo::discord_worker
