#include "hotmart/settings.hpp"

namespace ciclo::hotmart {

Settings read_settings(Environment& environment)
{
    Settings settings;
    settings.api_url = environment.text("HOTMART_API_URL", "https://developers.hotmart.com", "Hotmart's REST API");
    settings.token_url = environment.text("HOTMART_TOKEN_URL", "https://api-sec-vlc.hotmart.com/security/oauth/token",
                                          "where Hotmart gives access tokens");
    settings.client_id = environment.text("HOTMART_CLIENT_ID", "", "credentials of Hotmart's API; empty: no syncs");
    settings.client_secret = environment.text("HOTMART_CLIENT_SECRET", "", "the secret that belongs to it");
    settings.basic = environment.text("HOTMART_BASIC", "", "Hotmart's third value; empty: made from the two others");
    if (settings.basic.starts_with("Basic "))
        settings.basic.erase(0, 6);
    if (settings.client_id.empty() != settings.client_secret.empty())
        environment.fault("HOTMART_CLIENT_SECRET", "must be given together with HOTMART_CLIENT_ID, or neither");
    return settings;
}

} // namespace ciclo::hotmart
