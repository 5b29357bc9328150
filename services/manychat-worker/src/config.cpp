#include "config.hpp"

#include "net/url.hpp"

namespace ciclo::manychat_worker {

Config Config::read(Environment& environment)
{
    Config config;
    config.database_url = environment.required("DATABASE_URL", "PostgreSQL, postgresql://user:password@host:port/db");
    config.amqp_url = environment.required("AMQP_URL", "RabbitMQ, amqp://user:password@host:port/vhost");
    config.enabled = environment.flag("MANYCHAT_ENABLED", false, "call ManyChat; what is wanted meanwhile waits");
    config.manychat.api_url =
        environment.text("MANYCHAT_API_URL", "https://api.manychat.com", "base of ManyChat's API");
    if (!net::parse_url(config.manychat.api_url))
        environment.fault("MANYCHAT_API_URL", "is no http or https URL");
    config.create_contacts =
        environment.flag("MANYCHAT_CREATE_CONTACTS", true, "make a contact for a student who has none");
    config.consent_phrase = environment.text("MANYCHAT_CONSENT_PHRASE", "",
                                             "what buyers agreed to on the order form; sent with new contacts");
    config.phone_field =
        environment.text("MANYCHAT_PHONE_FIELD", "phone_number", "custom field that holds a contact's number");
    if (config.phone_field.empty())
        environment.fault("MANYCHAT_PHONE_FIELD", "is empty: contacts of WhatsApp are found by no other field");
    config.lanes = static_cast<int>(
        environment.integer("MANYCHAT_LANES", 4, 1, 32, "students that are reconciled at the same time"));
    config.pace_percent = static_cast<int>(environment.integer(
        "MANYCHAT_PACE_PERCENT", 80, 1, 1'000'000, "of ManyChat's rate limits, used by all replicas together"));
    config.verify_after = std::chrono::hours{
        24 * environment.integer("MANYCHAT_VERIFY_DAYS", 7, 0, 365,
                                 "the daily job reads a contact back when it was not seen for so long; 0: never")};
    if (config.enabled)
        config.manychat.api_token = environment.required("MANYCHAT_API_TOKEN", "token of the page, PAGE_ID:KEY");
    return config;
}

} // namespace ciclo::manychat_worker
