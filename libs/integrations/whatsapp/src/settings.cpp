#include "whatsapp/settings.hpp"

namespace ciclo::whatsapp {

Settings read_settings(Environment& environment)
{
    Settings settings;
    settings.api_url =
        environment.text("META_API_URL", "https://graph.facebook.com/v25.0", "Meta's Graph API, with its version");
    settings.access_token =
        environment.text("META_ACCESS_TOKEN", "", "a system user's token; empty: no sync of message templates");
    settings.account_id = environment.text("META_WABA_ID", "", "the WhatsApp Business account, a number");
    if (settings.access_token.empty() != settings.account_id.empty())
        environment.fault("META_WABA_ID", "must be given together with META_ACCESS_TOKEN, or neither");
    else if (settings.account_id.find_first_not_of("0123456789") != std::string::npos)
        environment.fault("META_WABA_ID", "must be the number that WhatsApp Manager shows under Account information");
    return settings;
}

} // namespace ciclo::whatsapp
