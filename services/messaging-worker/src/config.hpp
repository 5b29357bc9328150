#pragma once

#include "core/environment.hpp"
#include "resend/client.hpp"

#include <string>

namespace ciclo::messaging {

struct Config {
    std::string database_url;
    std::string amqp_url;
    bool email_enabled = true; // false: what is queued waits until it is turned on
    resend::Settings resend;
    std::string from;
    std::string locale; // "pt-BR", "es", "en"

    static Config read(Environment& environment);
};

} // namespace ciclo::messaging
