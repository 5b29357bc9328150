#include "config.hpp"

#include "net/url.hpp"

#include <algorithm>

namespace ciclo::discord_bot {

Config Config::read(Environment& environment)
{
    Config config;
    config.database_url = environment.required("DATABASE_URL", "PostgreSQL, postgresql://user:password@host:port/db");
    config.amqp_url = environment.required("AMQP_URL", "RabbitMQ, amqp://user:password@host:port/vhost");
    config.locale = environment.one_of("LOCALE", {"pt-BR", "es", "en"}, "language of what members read");
    config.enabled = environment.flag("DISCORD_ENABLED", true, "be on Discord's gateway");
    config.discord.api_url =
        environment.text("DISCORD_API_URL", "https://discord.com/api/v10", "base of Discord's REST API");
    if (!net::parse_url(config.discord.api_url))
        environment.fault("DISCORD_API_URL", "is no http or https URL");
    config.gateway_url =
        environment.text("DISCORD_GATEWAY_URL", "", "ws or wss URL in place of the one that Discord names");
    if (!config.gateway_url.empty() && !config.gateway_url.starts_with("ws://") &&
        !config.gateway_url.starts_with("wss://"))
        environment.fault("DISCORD_GATEWAY_URL", "is no ws or wss URL");
    while (config.gateway_url.ends_with('/'))
        config.gateway_url.pop_back();
    config.registration_channel =
        environment.text("DISCORD_REGISTRATION_CHANNEL_ID", "", "id of the only channel where /registrar may be used");
    if (!std::all_of(config.registration_channel.begin(), config.registration_channel.end(),
                     [](char c) { return c >= '0' && c <= '9'; }))
        environment.fault("DISCORD_REGISTRATION_CHANNEL_ID", "is no id: it has digits only");
    if (config.enabled) {
        config.discord.bot_token = environment.required("DISCORD_BOT_TOKEN", "token of the bot, without \"Bot \"");
        config.discord.guild_id = environment.required("DISCORD_GUILD_ID", "id of the guild (server)");
    }
    return config;
}

} // namespace ciclo::discord_bot
