#include "doctor_discord.hpp"

#include "discord_findings.hpp"

#include "discord/client.hpp"
#include "discord/webhook.hpp"
#include "model/stores/announcement_store.hpp"
#include "model/stores/discord_store.hpp"
#include "model/stores/settings_store.hpp"
#include "model/stores/shared_state_store.hpp"
#include "net/http_client.hpp"

#include <fmt/core.h>

#include <memory>

namespace ciclo::cli {

namespace {

constexpr Text not_set{
    "DISCORD_BOT_TOKEN ou DISCORD_GUILD_ID está vazio. O token: discord.com/developers/applications > "
    "Bot > Reset Token; o ID do servidor: botão direito no servidor > Copiar ID do servidor",
    "DISCORD_BOT_TOKEN o DISCORD_GUILD_ID está vacío. El token: discord.com/developers/applications > "
    "Bot > Reset Token; el ID del servidor: clic derecho en el servidor > Copiar ID del servidor",
    "DISCORD_BOT_TOKEN or DISCORD_GUILD_ID is not set. The token: discord.com/developers/applications "
    "> Bot > Reset Token; the server's id: right click on the server > Copy Server ID"};
constexpr Text token_refused{
    "o Discord não aceita o token. Abra discord.com/developers/applications > Bot > Reset Token, e troque "
    "DISCORD_BOT_TOKEN",
    "Discord no acepta el token. Abra discord.com/developers/applications > Bot > Reset Token, y cambie "
    "DISCORD_BOT_TOKEN",
    "Discord does not accept the token. Open discord.com/developers/applications > Bot > Reset Token, and change "
    "DISCORD_BOT_TOKEN"};
constexpr Text token_good{"o token é aceito (bot {})", "el token es aceptado (bot {})",
                          "the token is accepted (bot {})"};
constexpr Text no_guild{
    "o bot não está no servidor {}. Confira DISCORD_GUILD_ID e convide o bot: discord.com/developers/applications > "
    "OAuth2 > URL Generator, com bot e applications.commands",
    "el bot no está en el servidor {}. Revise DISCORD_GUILD_ID e invite al bot: discord.com/developers/applications > "
    "OAuth2 > URL Generator, con bot y applications.commands",
    "the bot is not in the server {}. Check DISCORD_GUILD_ID and invite the bot: discord.com/developers/applications > "
    "OAuth2 > URL Generator, with bot and applications.commands"};
constexpr Text guild_good{"o bot está em \"{}\"", "el bot está en \"{}\"", "the bot is in \"{}\""};
constexpr Text no_webhook{"avisos para a equipe desligados: DISCORD_NOTIFICATION_WEBHOOK está vazio",
                          "avisos al equipo apagados: DISCORD_NOTIFICATION_WEBHOOK está vacío",
                          "notices for the team are off: DISCORD_NOTIFICATION_WEBHOOK is empty"};
constexpr Text webhook_gone{
    "o webhook dos avisos não funciona mais. No canal da equipe: Editar canal > Integrações > Webhooks > Novo webhook "
    "> "
    "Copiar URL, e troque DISCORD_NOTIFICATION_WEBHOOK",
    "el webhook de los avisos ya no funciona. En el canal del equipo: Editar canal > Integraciones > Webhooks > Nuevo "
    "webhook > Copiar URL, y cambie DISCORD_NOTIFICATION_WEBHOOK",
    "the webhook of the notices does not work any more. In the team's channel: Edit Channel > Integrations > Webhooks "
    "> "
    "New Webhook > Copy Webhook URL, and change DISCORD_NOTIFICATION_WEBHOOK"};
constexpr Text webhook_good{"os avisos para a equipe chegam ao canal {}", "los avisos al equipo llegan al canal {}",
                            "notices for the team reach channel {}"};

std::string filled(const Text& text, std::string_view locale, const std::string& value)
{
    return fmt::format(fmt::runtime(text.in(locale)), value);
}

void check_webhook(Report& report, Environment& environment, discord::RateLimits& limits, std::string_view locale)
{
    const auto url = environment.text("DISCORD_NOTIFICATION_WEBHOOK", "", "");
    if (url.empty()) {
        report.skipped("Discord notices", no_webhook.in(locale));
        return;
    }
    net::HttpClient http;
    const auto channel = discord::webhook_channel(http, limits, url);
    if (channel)
        report.good("Discord notices", filled(webhook_good, locale, *channel));
    else if (channel.error().kind == ErrorKind::not_found || channel.error().kind == ErrorKind::refused)
        report.bad("Discord notices", webhook_gone.in(locale));
    else
        report.bad("Discord notices", channel.error().detail);
}

// Everything examine_discord() looks at. An answer that is refused leaves its part empty and is reported.
std::optional<DiscordSetup> gather(Report& report, discord::Client& client, const std::string& bot_id)
{
    DiscordSetup setup;
    const auto bot = client.member(bot_id);
    const auto roles = client.roles();
    const auto channels = client.channels();
    const auto application = client.own_application();
    const std::string fault = !bot           ? bot.error().detail
                              : !roles       ? roles.error().detail
                              : !channels    ? channels.error().detail
                              : !application ? application.error().detail
                                             : std::string{};
    if (!fault.empty()) {
        report.bad("Discord server", fault);
        return std::nullopt;
    }
    setup.bot = *bot;
    setup.roles = *roles;
    setup.channels = *channels;
    setup.application = *application;
    return setup;
}

} // namespace

void check_discord(Report& report, Environment& environment, postgres::Connection* connection)
{
    const auto locale = environment.one_of("LOCALE", {"pt-BR", "es", "en"}, "");
    if (!environment.flag("DISCORD_ENABLED", true, "")) {
        report.skipped("Discord", "DISCORD_ENABLED=false");
        return;
    }
    const discord::Settings settings{environment.text("DISCORD_API_URL", "https://discord.com/api/v10", ""),
                                     environment.text("DISCORD_BOT_TOKEN", "", ""),
                                     environment.text("DISCORD_GUILD_ID", "", "")};
    if (settings.bot_token.empty() || settings.guild_id.empty()) {
        report.bad("Discord", not_set.in(locale));
        return;
    }
    // The limits are shared with the workers, which may be busy.
    std::unique_ptr<SharedState> state;
    if (connection != nullptr)
        state = std::make_unique<model::StoredSharedState>(environment.text("DATABASE_URL", "", ""));
    else
        state = std::make_unique<LocalSharedState>();
    discord::RateLimits limits{*state};
    discord::Client client{settings, limits};
    const auto bot_id = client.own_user_id();
    if (!bot_id) {
        report.bad("Discord", bot_id.error().kind == ErrorKind::unauthorized ? std::string{token_refused.in(locale)}
                                                                             : bot_id.error().detail);
        return;
    }
    report.good("Discord", filled(token_good, locale, *bot_id));
    check_webhook(report, environment, limits, locale);
    const auto guild = client.guild();
    if (!guild) {
        const bool is_absent = guild.error().kind == ErrorKind::refused || guild.error().kind == ErrorKind::not_found;
        report.bad("Discord server", is_absent ? filled(no_guild, locale, settings.guild_id) : guild.error().detail);
        return;
    }
    report.good("Discord server", filled(guild_good, locale, guild->name));
    auto setup = gather(report, client, *bot_id);
    if (!setup || connection == nullptr)
        return;
    setup->guild = *guild;
    setup->configured_roles = model::managed_roles(*connection);
    setup->welcome_channel = model::find_setting(*connection, "welcome_channel_id").value_or("");
    setup->registration_channel = environment.text("DISCORD_REGISTRATION_CHANNEL_ID", "", "");
    setup->announcement_channels = model::announcement_channels(*connection);
    for (const auto& finding : examine_discord(*setup, locale))
        report.add(finding);
}

} // namespace ciclo::cli
