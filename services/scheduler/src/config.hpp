#pragma once

#include "core/environment.hpp"

#include <chrono>
#include <string>

namespace ciclo::scheduler {

struct Config {
    std::string database_url;
    std::string amqp_url;
    std::chrono::seconds sweep_interval{5};
    // What is switched off waits: ringing for it would wake nobody.
    bool hotmart_enabled = true;
    bool discord_enabled = true;
    bool email_enabled = true;
    bool manychat_enabled = false;

    static Config read(Environment& environment);
};

} // namespace ciclo::scheduler
