#include "doctor_meta.hpp"

#include "whatsapp/client.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <chrono>
#include <string>
#include <utility>

namespace ciclo::cli {

namespace {

using namespace std::chrono_literals;

constexpr auto what = "WhatsApp";
constexpr std::size_t most_named = 20;

constexpr Text not_set{
    "META_ACCESS_TOKEN e META_WABA_ID estão vazios. Na Meta: Configurações do negócio > Usuários do sistema > Gerar "
    "token (permissão whatsapp_business_management); o número da conta está no Gerenciador do WhatsApp > Informações "
    "da conta",
    "META_ACCESS_TOKEN y META_WABA_ID están vacíos. En Meta: Configuración del negocio > Usuarios del sistema > "
    "Generar token (permiso whatsapp_business_management); el número de la cuenta está en el Administrador de WhatsApp "
    "> Información de la cuenta",
    "META_ACCESS_TOKEN and META_WABA_ID are not set. At Meta: Business settings > System users > Generate token "
    "(permission whatsapp_business_management); the account's number is in WhatsApp Manager > Account information"};
constexpr Text token_refused{
    "a Meta não aceita o token ({}). Gere outro em Configurações do negócio > Usuários do sistema, com a permissão "
    "whatsapp_business_management, e troque META_ACCESS_TOKEN",
    "Meta no acepta el token ({}). Genere otro en Configuración del negocio > Usuarios del sistema, con el permiso "
    "whatsapp_business_management, y cambie META_ACCESS_TOKEN",
    "Meta does not accept the token ({}). Make another in Business settings > System users, with the permission "
    "whatsapp_business_management, and change META_ACCESS_TOKEN"};
constexpr Text account_refused{
    "a Meta não mostra a conta ({}). Confira META_WABA_ID no Gerenciador do WhatsApp > Informações da conta, e em "
    "Usuários do sistema > Atribuir ativos dê ao usuário do token acesso a ela",
    "Meta no muestra la cuenta ({}). Revise META_WABA_ID en el Administrador de WhatsApp > Información de la cuenta, y "
    "en Usuarios del sistema > Asignar activos dé acceso a ella al usuario del token",
    "Meta does not show the account ({}). Check META_WABA_ID in WhatsApp Manager > Account information, and in System "
    "users > Assign assets give the token's user access to it"};
constexpr Text busy{"o limite de chamadas da conta está esgotado: tente de novo mais tarde",
                    "el límite de llamadas de la cuenta está agotado: intente de nuevo más tarde",
                    "the calls of this account are used up: try again later"};
constexpr Text away{"não responde como esperado ({}). Confira a rede e META_API_URL",
                    "no responde como se espera ({}). Revise la red y META_API_URL",
                    "does not answer as expected ({}). Check the network and META_API_URL"};

constexpr Text approved{"{} modelos de mensagem aprovados", "{} plantillas de mensaje aprobadas",
                        "{} message templates are approved"};
constexpr Text not_approved{"; não podem ser enviados, até que a Meta aprove: {}",
                            "; no se pueden enviar hasta que Meta las apruebe: {}",
                            "; may not be sent until Meta approves them: {}"};

Finding wrong(const Text& text, std::string_view locale, const Error& error)
{
    return {false, what, fmt::format(fmt::runtime(text.in(locale)), error.detail)};
}

} // namespace

Finding examine_templates(const std::vector<whatsapp::MessageTemplate>& templates, std::string_view locale)
{
    std::size_t sendable = 0;
    std::vector<std::string> others;
    for (const auto& one : templates) {
        if (one.status == "APPROVED") {
            ++sendable;
        } else if (others.size() < most_named) {
            others.push_back(fmt::format("{} ({}) {}{}{}", one.name, one.language, one.status,
                                         one.rejected_reason.empty() ? "" : " ", one.rejected_reason));
        }
    }
    std::string detail = fmt::format(fmt::runtime(approved.in(locale)), sendable);
    if (!others.empty()) {
        if (templates.size() - sendable > others.size())
            others.emplace_back("...");
        detail += fmt::format(fmt::runtime(not_approved.in(locale)), fmt::join(others, ", "));
    }
    return {true, what, detail};
}

Finding look_at_meta(whatsapp::Settings settings, std::string_view locale)
{
    if (settings.access_token.empty())
        return {false, what, std::string{not_set.in(locale)}};
    settings.attempts = 1;
    settings.timeout = 15s;
    bool was_asked_to_wait = false;
    whatsapp::Client client{std::move(settings), [&](std::chrono::milliseconds) {
                                was_asked_to_wait = true;
                                return false; // whoever looks does not wait
                            }};
    std::vector<whatsapp::MessageTemplate> templates;
    const auto listed = client.templates([&](const auto& page) -> Result<void> {
        templates.insert(templates.end(), page.begin(), page.end());
        return {};
    });
    if (listed)
        return examine_templates(templates, locale);
    const Error& error = listed.error();
    if (was_asked_to_wait || error.kind == ErrorKind::rate_limited)
        return {false, what, std::string{busy.in(locale)}};
    if (error.kind == ErrorKind::unauthorized)
        return wrong(token_refused, locale, error);
    return wrong(error.kind == ErrorKind::refused ? account_refused : away, locale, error);
}

} // namespace ciclo::cli
