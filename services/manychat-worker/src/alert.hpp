#pragma once

#include "core/result.hpp"
#include "postgres/connection.hpp"
#include "rabbitmq/publisher.hpp"

#include <string>

namespace ciclo::manychat_worker {

struct Alert {
    std::string template_name;
    std::string cause; // one alert an hour for one and the same
    std::string user_id;
    std::string correlation_id;
};

// Tells the team in its channel.
void alert(postgres::Connection& connection, rabbitmq::Publisher& publisher, const Alert& alert, const Error& error);

} // namespace ciclo::manychat_worker
