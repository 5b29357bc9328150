#include "arguments.hpp"
#include "commands.hpp"
#include "doctor_discord.hpp"
#include "doctor_hotmart.hpp"
#include "doctor_manychat.hpp"
#include "doctor_meta.hpp"
#include "doctor_report.hpp"

#include "core/environment.hpp"
#include "model/migrations.hpp"
#include "model/stores/alert_store.hpp"
#include "model/stores/catalogue_store.hpp"
#include "net/http_client.hpp"
#include "postgres/migrate.hpp"
#include "rabbitmq/check.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

namespace ciclo::cli {

namespace {

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
}

void check_alerts(Report& report, postgres::Connection& connection)
{
    for (const auto& alert : model::list_open_alerts(connection))
        report.bad("alert", fmt::format("{} {} since {}: {}", alert.kind, alert.subject, to_iso8601(alert.opened_at),
                                        alert.detail));
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

void check_hotmart(Report& report, Environment& environment)
{
    if (!environment.flag("HOTMART_ENABLED", true, "")) {
        report.skipped("Hotmart", "switched off by HOTMART_ENABLED");
        return;
    }
    const auto locale = environment.text("LOCALE", "pt-BR", "");
    report.add(look_at_hotmart(hotmart::read_settings(environment), locale));
}

void check_meta(Report& report, Environment& environment)
{
    if (!environment.flag("WHATSAPP_ENABLED", false, "")) {
        report.skipped("WhatsApp", "WHATSAPP_ENABLED=false");
        return;
    }
    const auto locale = environment.text("LOCALE", "pt-BR", "");
    report.add(look_at_meta(whatsapp::read_settings(environment), locale));
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
    check_hotmart(report, environment);
    check_discord(report, environment, connection ? &*connection : nullptr);
    check_manychat(report, environment, connection ? &*connection : nullptr);
    check_meta(report, environment);
    check_resend(report, environment);
    if (connection)
        check_alerts(report, *connection);
    for (const auto& fault : environment.faults())
        report.bad("configuration", fault);
    fmt::print("{}\n", report.failed() ? "Something is wrong; see above." : "Everything is in order.");
    return report.failed() ? 1 : 0;
}

} // namespace ciclo::cli
