#include "config.hpp"

namespace ciclo::lifecycle {

Config Config::read(Environment& environment)
{
    Config config;
    config.database_url = environment.required("DATABASE_URL", "PostgreSQL, postgresql://user:password@host:port/db");
    config.amqp_url = environment.required("AMQP_URL", "RabbitMQ, amqp://user:password@host:port/vhost");
    config.hotmart_enabled = environment.flag("HOTMART_ENABLED", true, "process what Hotmart sends");
    config.policy.discord_enabled =
        environment.flag("DISCORD_ENABLED", true, "students of products with a Discord role need onboarding");
    const std::string cancellation =
        environment.one_of("CANCELLATION_POLICY", {"immediate", "end_of_period"}, "when a cancellation ends access");
    config.policy.cancellation = cancellation == "end_of_period" ? model::CancellationPolicy::end_of_period
                                                                 : model::CancellationPolicy::immediate;
    return config;
}

} // namespace ciclo::lifecycle
