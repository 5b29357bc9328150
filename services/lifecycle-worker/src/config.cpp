#include "config.hpp"

#include "model/policy.hpp"

namespace ciclo::lifecycle {

Config Config::read(Environment& environment)
{
    Config config;
    config.database_url = environment.required("DATABASE_URL", "PostgreSQL, postgresql://user:password@host:port/db");
    config.amqp_url = environment.required("AMQP_URL", "RabbitMQ, amqp://user:password@host:port/vhost");
    config.hotmart_enabled = environment.flag("HOTMART_ENABLED", true, "process what Hotmart sends");
    config.policy = model::read_policy(environment);
    return config;
}

} // namespace ciclo::lifecycle
