#include "arguments.hpp"
#include "commands.hpp"
#include "doctor_manychat.hpp"

#include "core/environment.hpp"
#include "discord/client.hpp"
#include "model/migrations.hpp"
#include "model/stores/catalogue_store.hpp"
#include "model/stores/settings_store.hpp"
#include "net/http_client.hpp"
#include "postgres/migrate.hpp"
#include "rabbitmq/check.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace ciclo::cli {

namespace {

// Prints one line for each check and remembers whether one failed.
class Report {
public:
    void good(std::string_view what, std::string_view detail) { fmt::print("  ok      {:<22} {}\n", what, detail); }
    void bad(std::string_view what, std::string_view detail)
    {
        fmt::print("  WRONG   {:<22} {}\n", what, detail);
        failed_ = true;
    }
    void skipped(std::string_view what, std::string_view why) { fmt::print("  -       {:<22} {}\n", what, why); }
    bool failed() const { return failed_; }

private:
    bool failed_ = false;
};

std::optional<postgres::Connection> check_database(Report& report)
{
    try {
        auto connection = connect();
        const auto missing = postgres::missing_migrations(connection, model::migrations());
        if (missing.empty())
            report.good("PostgreSQL", "reachable, schema up to date");
        else
            report.bad("PostgreSQL", fmt::format("{} not applied: run ciclo migrate", fmt::join(missing, ", ")));
        return missing.empty() ? std::optional{std::move(connection)} : std::nullopt;
    } catch (const std::exception& failure) {
        report.bad("PostgreSQL", failure.what());
        return std::nullopt;
    }
}

void check_broker(Report& report, Environment& environment)
{
    const auto url = environment.text("AMQP_URL", "", "");
    if (url.empty()) {
        report.bad("RabbitMQ", "AMQP_URL is not set");
        return;
    }
    const auto outcome = rabbitmq::check(url);
    if (outcome)
        report.good("RabbitMQ", "reachable, login accepted");
    else
        report.bad("RabbitMQ", outcome.error().detail);
}

void check_catalogue(Report& report, postgres::Connection& connection)
{
    const auto products = model::list_products(connection);
    if (products.empty())
        report.bad("Catalogue", "no product yet: every sale would stay unmapped; see ciclo product add");
    else
        report.good("Catalogue", fmt::format("{} products", products.size()));
    if (model::find_setting(connection, "welcome_channel_id").value_or("").empty())
        report.bad("welcome_channel_id", "not set, so no invite can be made: ciclo setting set welcome_channel_id ID");
    else
        report.good("welcome_channel_id", "set");
}

std::set<std::string> configured_roles(postgres::Connection& connection)
{
    std::set<std::string> roles;
    constexpr const char* sql = R"sql(
        SELECT value FROM access_rules WHERE kind = 'discord_role'
        UNION SELECT value FROM settings WHERE key = 'visitor_role_id' AND value <> ''
    )sql";
    const auto rows = connection.execute(sql);
    for (std::size_t i = 0; i < rows.size(); ++i)
        roles.insert(rows.text(i, 0));
    return roles;
}

// The most common failure in production: a role that stands above the bot's own.
void check_roles(Report& report, postgres::Connection& connection, discord::Client& client, const std::string& bot_id)
{
    const auto roles = client.roles();
    const auto bot = client.member(bot_id);
    if (!roles || !bot) {
        report.bad("Discord guild", roles ? bot.error().detail : roles.error().detail);
        return;
    }
    int top = 0;
    for (const auto& role : *roles)
        if (bot->roles.contains(role.id))
            top = std::max(top, role.position);
    for (const auto& wanted : configured_roles(connection)) {
        const auto role = std::find_if(roles->begin(), roles->end(), [&](const auto& one) { return one.id == wanted; });
        if (role == roles->end())
            report.bad("Discord role",
                       fmt::format("{} does not exist in the guild: correct the product's rule", wanted));
        else if (role->managed)
            report.bad("Discord role",
                       fmt::format("\"{}\" belongs to an integration: choose another role", role->name));
        else if (role->position >= top)
            report.bad("Discord role", fmt::format("\"{}\" is not below the bot's role: in the guild's settings, "
                                                   "Roles, drag the bot's role above it",
                                                   role->name));
        else
            report.good("Discord role", fmt::format("\"{}\" can be given", role->name));
    }
}

void check_discord(Report& report, Environment& environment, std::optional<postgres::Connection>& connection)
{
    if (!environment.flag("DISCORD_ENABLED", true, "")) {
        report.skipped("Discord", "switched off by DISCORD_ENABLED");
        return;
    }
    const discord::Settings settings{environment.text("DISCORD_API_URL", "https://discord.com/api/v10", ""),
                                     environment.text("DISCORD_BOT_TOKEN", "", ""),
                                     environment.text("DISCORD_GUILD_ID", "", "")};
    if (settings.bot_token.empty() || settings.guild_id.empty()) {
        report.bad("Discord", "DISCORD_BOT_TOKEN or DISCORD_GUILD_ID is not set");
        return;
    }
    discord::RateLimits limits;
    discord::Client client{settings, limits};
    const auto bot_id = client.own_user_id();
    if (!bot_id) {
        report.bad("Discord", bot_id.error().detail);
        return;
    }
    report.good("Discord", fmt::format("the token is accepted (bot {})", *bot_id));
    if (connection)
        check_roles(report, *connection, client, *bot_id);
}

// Asking for an e-mail that does not exist shows that the key is read, and sends nothing.
void check_resend(Report& report, Environment& environment)
{
    if (!environment.flag("EMAIL_ENABLED", true, "")) {
        report.skipped("Resend", "switched off by EMAIL_ENABLED");
        return;
    }
    const auto key = environment.text("RESEND_API_KEY", "", "");
    if (key.empty()) {
        report.bad("Resend", "RESEND_API_KEY is not set");
        return;
    }
    net::HttpClient http;
    net::HttpCall call;
    call.url = environment.text("RESEND_API_URL", "https://api.resend.com", "") +
               "/emails/00000000-0000-0000-0000-000000000000";
    call.headers = {{"Authorization", "Bearer " + key}, {"User-Agent", "ciclo/0.1"}};
    const auto answer = http.send(call);
    if (!answer)
        report.bad("Resend", answer.error().detail);
    else if (answer->status == 401 && answer->body.find("restricted_api_key") != std::string::npos)
        report.good("Resend", "the key is accepted (it may only send)");
    else if (answer->status == 401 || answer->status == 403)
        report.bad("Resend", "the key is not accepted: make a new one in Resend and set RESEND_API_KEY");
    else
        report.good("Resend", "the key is accepted");
}

void check_manychat(Report& report, Environment& environment, std::optional<postgres::Connection>& connection)
{
    if (!environment.flag("MANYCHAT_ENABLED", false, "")) {
        report.skipped("ManyChat", "switched off by MANYCHAT_ENABLED");
        return;
    }
    const auto url = environment.text("MANYCHAT_API_URL", "https://api.manychat.com", "");
    for (const auto& finding :
         look_at_manychat(url, environment.text("MANYCHAT_API_TOKEN", "", ""), connection ? &*connection : nullptr))
        if (finding.is_good)
            report.good(finding.what, finding.detail);
        else
            report.bad(finding.what, finding.detail);
}

} // namespace

int doctor(const Words& words)
{
    Arguments arguments{words, {}};
    arguments.allow_only({});
    Environment environment;
    Report report;
    auto connection = check_database(report);
    check_broker(report, environment);
    if (connection)
        check_catalogue(report, *connection);
    check_discord(report, environment, connection);
    check_manychat(report, environment, connection);
    check_resend(report, environment);
    for (const auto& fault : environment.faults())
        report.bad("configuration", fault);
    fmt::print("{}\n", report.failed() ? "Something is wrong; see above." : "Everything is in order.");
    return report.failed() ? 1 : 0;
}

} // namespace ciclo::cli
