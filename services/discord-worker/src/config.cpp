#include "config.hpp"

#include "model/policy.hpp"
#include "net/url.hpp"

namespace ciclo::discord_worker {

namespace {

void check_url(Environment& environment, const std::string& name, const std::string& url)
{
    if (!url.empty() && !net::parse_url(url))
        environment.fault(name, "is no http or https URL");
}

} // namespace

Config Config::read(Environment& environment)
{
    Config config;
    config.database_url = environment.required("DATABASE_URL", "PostgreSQL, postgresql://user:password@host:port/db");
    config.amqp_url = environment.required("AMQP_URL", "RabbitMQ, amqp://user:password@host:port/vhost");
    config.enabled = environment.flag("DISCORD_ENABLED", true, "call Discord; what is wanted meanwhile waits");
    config.discord.api_url =
        environment.text("DISCORD_API_URL", "https://discord.com/api/v10", "base of Discord's REST API");
    check_url(environment, "DISCORD_API_URL", config.discord.api_url);
    config.notification_webhook =
        environment.text("DISCORD_NOTIFICATION_WEBHOOK", "", "webhook URL of the channel for the team's notifications");
    check_url(environment, "DISCORD_NOTIFICATION_WEBHOOK", config.notification_webhook);
    config.lanes = static_cast<int>(
        environment.integer("DISCORD_LANES", 4, 1, 32, "students that are reconciled at the same time"));
    config.requests_per_second = static_cast<int>(environment.integer(
        "DISCORD_REQUESTS_PER_SECOND", 45, 1, 10'000, "of all processes together; Discord allows a bot 50"));
    config.brake = model::read_brake_policy(environment);
    if (config.enabled) {
        config.discord.bot_token = environment.required("DISCORD_BOT_TOKEN", "token of the bot, without \"Bot \"");
        config.discord.guild_id = environment.required("DISCORD_GUILD_ID", "id of the guild (server)");
    }
    return config;
}

} // namespace ciclo::discord_worker
