#include "doctor_manychat.hpp"

#include "manychat_findings.hpp"

#include <fmt/core.h>

namespace ciclo::cli {

namespace {

constexpr Text not_set{"MANYCHAT_API_TOKEN está vazio. No ManyChat: Configurações > API > Gerar sua chave de API",
                       "MANYCHAT_API_TOKEN está vacío. En ManyChat: Configuración > API > Generar su clave de API",
                       "MANYCHAT_API_TOKEN is not set. In ManyChat: Settings > API > Generate your API key"};
constexpr Text token_refused{
    "o ManyChat não aceita o token. No ManyChat: Configurações > API > Gerar sua chave de API, e troque "
    "MANYCHAT_API_TOKEN",
    "ManyChat no acepta el token. En ManyChat: Configuración > API > Generar su clave de API, y cambie "
    "MANYCHAT_API_TOKEN",
    "ManyChat does not accept the token. In ManyChat: Settings > API > Generate your API key, and change "
    "MANYCHAT_API_TOKEN"};
constexpr Text token_good{"o token é aceito, página \"{}\"", "el token es aceptado, página \"{}\"",
                          "the token is accepted, page \"{}\""};

// A handful of calls: far from any limit.
class NoPace : public manychat::Pace {
public:
    std::chrono::milliseconds reserve(std::string_view, int) override { return std::chrono::milliseconds{0}; }
    void hold(std::string_view, std::chrono::milliseconds) override {}
};

void check_page(Report& report, manychat::Client& client, ManychatSetup setup, std::string_view locale)
{
    auto flows = client.flows();
    auto tags = flows ? client.tags() : flows.error();
    auto fields = tags ? client.custom_fields() : tags.error();
    if (!fields) {
        report.bad("ManyChat", fields.error().detail);
        return;
    }
    setup.flows = *std::move(flows);
    setup.tags = *std::move(tags);
    setup.fields = *std::move(fields);
    for (const auto& finding : examine_manychat(setup, locale))
        report.add(finding);
}

} // namespace

void check_manychat(Report& report, Environment& environment, postgres::Connection* connection)
{
    const auto locale = environment.one_of("LOCALE", {"pt-BR", "es", "en"}, "");
    if (!environment.flag("MANYCHAT_ENABLED", false, "")) {
        report.skipped("ManyChat", "MANYCHAT_ENABLED=false");
        return;
    }
    const manychat::Settings settings{environment.text("MANYCHAT_API_URL", "https://api.manychat.com", ""),
                                      environment.text("MANYCHAT_API_TOKEN", "", "")};
    const auto phone_field = environment.text("MANYCHAT_PHONE_FIELD", "phone_number", "");
    if (settings.api_token.empty()) {
        report.bad("ManyChat", not_set.in(locale));
        return;
    }
    NoPace pace;
    manychat::Client client{settings, pace};
    const auto name = client.page_name();
    if (!name) {
        report.bad("ManyChat", name.error().kind == ErrorKind::unauthorized ? token_refused.in(locale)
                                                                            : std::string_view{name.error().detail});
        return;
    }
    report.good("ManyChat", fmt::format(fmt::runtime(token_good.in(locale)), *name));
    if (connection != nullptr)
        check_page(report, client,
                   {{},
                    {},
                    {},
                    model::chosen_manychat_flows(*connection),
                    model::managed_manychat_tags(*connection),
                    phone_field},
                   locale);
}

} // namespace ciclo::cli
