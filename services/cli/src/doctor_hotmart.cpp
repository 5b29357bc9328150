#include "doctor_hotmart.hpp"

#include "hotmart/client.hpp"

#include <fmt/core.h>

#include <chrono>
#include <utility>

namespace ciclo::cli {

namespace {

using namespace std::chrono_literals;

constexpr Text good{"as credenciais são aceitas", "las credenciales son aceptadas", "the credentials are accepted"};
constexpr Text not_set{
    "HOTMART_CLIENT_ID e HOTMART_CLIENT_SECRET estão vazios: as sincronizações não têm como perguntar. Na Hotmart: "
    "Ferramentas > Credenciais Hotmart > Criar credencial; ou desligue com HOTMART_ENABLED=false",
    "HOTMART_CLIENT_ID y HOTMART_CLIENT_SECRET están vacíos: las sincronizaciones no pueden preguntar. En Hotmart: "
    "Herramientas > Credenciales Hotmart > Crear credencial; o apague con HOTMART_ENABLED=false",
    "HOTMART_CLIENT_ID and HOTMART_CLIENT_SECRET are not set: the syncs cannot ask. In Hotmart: Tools > Hotmart "
    "Credentials > Create credential; or switch off with HOTMART_ENABLED=false"};
constexpr Text refused{
    "a Hotmart não aceita as credenciais. Em Ferramentas > Credenciais Hotmart, copie de novo as três (ou crie outras) "
    "e troque HOTMART_CLIENT_ID, HOTMART_CLIENT_SECRET e HOTMART_BASIC (que pode ficar vazio)",
    "Hotmart no acepta las credenciales. En Herramientas > Credenciales Hotmart, copie de nuevo las tres (o cree "
    "otras) "
    "y cambie HOTMART_CLIENT_ID, HOTMART_CLIENT_SECRET y HOTMART_BASIC (que puede quedar vacío)",
    "Hotmart does not accept the credentials. In Tools > Hotmart Credentials, copy the three again (or make new ones) "
    "and change HOTMART_CLIENT_ID, HOTMART_CLIENT_SECRET and HOTMART_BASIC (which may stay empty)"};
constexpr Text busy{"o limite de chamadas desta conta está esgotado: tente de novo em um minuto",
                    "el límite de llamadas de esta cuenta está agotado: intente de nuevo en un minuto",
                    "the calls of this account are used up: try again in a minute"};
constexpr Text away{"não responde como esperado ({}). Confira a rede, HOTMART_API_URL e HOTMART_TOKEN_URL",
                    "no responde como se espera ({}). Revise la red, HOTMART_API_URL y HOTMART_TOKEN_URL",
                    "does not answer as expected ({}). Check the network, HOTMART_API_URL and HOTMART_TOKEN_URL"};

// A token for this look only, and no budget: two calls are far from any limit.
class Alone : public hotmart::TokenStore, public hotmart::CallBudget {
public:
    Result<hotmart::AccessToken> obtain(Time /*needed_until*/, const std::string& /*rejected*/,
                                        const std::function<Result<hotmart::AccessToken>()>& fetch) override
    {
        return fetch();
    }
    std::chrono::milliseconds take() override { return 0ms; }
    void told(int /*remaining*/, std::chrono::seconds /*until_reset*/) override {}
};

} // namespace

Finding look_at_hotmart(hotmart::Settings settings, std::string_view locale)
{
    if (settings.client_id.empty())
        return {false, "Hotmart", std::string{not_set.in(locale)}};
    settings.attempts = 1;
    settings.timeout = 15s;
    Alone alone;
    bool was_asked_to_wait = false;
    hotmart::Client client{std::move(settings), alone, alone, [&](std::chrono::milliseconds) {
                               was_asked_to_wait = true;
                               return false; // whoever looks does not wait
                           }};
    const auto checked = client.check();
    if (checked)
        return {true, "Hotmart", std::string{good.in(locale)}};
    if (was_asked_to_wait || checked.error().kind == ErrorKind::rate_limited)
        return {false, "Hotmart", std::string{busy.in(locale)}};
    if (checked.error().kind == ErrorKind::unauthorized)
        return {false, "Hotmart", std::string{refused.in(locale)}};
    return {false, "Hotmart", fmt::format(fmt::runtime(away.in(locale)), checked.error().detail)};
}

} // namespace ciclo::cli
