#include "config.hpp"

#include "core/text.hpp"

namespace ciclo::gateway {

Config Config::read(Environment& environment)
{
    Config config;
    config.listen = net::required_address(environment, "LISTEN_ADDRESS", "host:port for the webhooks");
    config.database_url = environment.required("DATABASE_URL", "PostgreSQL, postgresql://user:password@host:port/db");
    config.amqp_url = environment.required("AMQP_URL", "RabbitMQ, amqp://user:password@host:port/vhost");
    const std::string hottoks =
        environment.required("HOTMART_HOTTOK", "the account's hottok; several, separated by commas, to rotate it");
    for (const auto& hottok : split(hottoks, ','))
        if (!trimmed(hottok).empty())
            config.hottoks.emplace_back(trimmed(hottok));
    if (config.hottoks.empty() && !hottoks.empty())
        environment.fault("HOTMART_HOTTOK", "holds only commas: write the account's hottok");
    config.hmac_secret =
        environment.text("HOTMART_HMAC_SECRET", "", "also expect an HMAC-SHA256 of the body in X-Hotmart-Signature");
    return config;
}

} // namespace ciclo::gateway
