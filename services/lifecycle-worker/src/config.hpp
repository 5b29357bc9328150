#pragma once

#include "core/environment.hpp"
#include "model/rules/projection.hpp"

#include <string>

namespace ciclo::lifecycle {

struct Config {
    std::string database_url;
    std::string amqp_url;
    bool hotmart_enabled = true; // false: what arrives is stored and waits
    model::Policy policy;

    static Config read(Environment& environment);
};

} // namespace ciclo::lifecycle
