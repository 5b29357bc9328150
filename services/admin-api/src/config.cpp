#include "config.hpp"

#include "model/policy.hpp"

namespace ciclo::admin {

Config Config::read(Environment& environment)
{
    Config config;
    config.listen = net::required_address(environment, "LISTEN_ADDRESS", "host:port for the admin API");
    config.database_url = environment.required("DATABASE_URL", "PostgreSQL, postgresql://user:password@host:port/db");
    config.amqp_url = environment.required("AMQP_URL", "RabbitMQ, amqp://user:password@host:port/vhost");
    config.secure_cookie = environment.flag("SESSION_COOKIE_SECURE", true,
                                            "browsers send the session over https only; false for plain http");
    config.trust_forwarded_for =
        environment.flag("TRUST_FORWARDED_FOR", false,
                         "take the caller's address from the last entry of X-Forwarded-For: behind a proxy");
    config.brake = model::read_brake_policy(environment);
    return config;
}

} // namespace ciclo::admin
