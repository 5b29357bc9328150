#pragma once

#include "core/environment.hpp"
#include "model/rules/brake.hpp"
#include "net/address.hpp"

#include <string>

namespace ciclo::admin {

struct Config {
    net::Address listen;
    std::string database_url;
    std::string amqp_url;
    bool secure_cookie = true;        // browsers send the session over https only
    bool trust_forwarded_for = false; // a proxy of ours stands in front and tells the caller's address
    model::BrakePolicy brake;         // of access rules that end for everybody

    static Config read(Environment& environment);
};

} // namespace ciclo::admin
