#include "config.hpp"

namespace ciclo::scheduler {

Config Config::read(Environment& environment)
{
    Config config;
    config.database_url = environment.required("DATABASE_URL", "PostgreSQL, postgresql://user:password@host:port/db");
    config.amqp_url = environment.required("AMQP_URL", "RabbitMQ, amqp://user:password@host:port/vhost");
    config.sweep_interval = std::chrono::seconds{
        environment.integer("SWEEP_INTERVAL_SECONDS", 5, 1, 3600, "how often forgotten work is looked for")};
    config.hotmart_enabled = environment.flag("HOTMART_ENABLED", true, "ring for events that wait");
    config.discord_enabled = environment.flag("DISCORD_ENABLED", true, "ring for Discord work that waits");
    config.email_enabled = environment.flag("EMAIL_ENABLED", true, "ring for e-mails that wait");
    config.manychat_enabled = environment.flag("MANYCHAT_ENABLED", false, "ring for ManyChat work that waits");
    return config;
}

} // namespace ciclo::scheduler
