#pragma once

#include "core/environment.hpp"
#include "net/address.hpp"

#include <string>
#include <vector>

namespace ciclo::gateway {

struct Config {
    net::Address listen;
    std::string database_url;
    std::string amqp_url;
    std::vector<std::string> hottoks; // any of them is accepted, so that a secret can be rotated
    std::string hmac_secret;          // empty: no signature is expected

    static Config read(Environment& environment);
};

} // namespace ciclo::gateway
