#include "config.hpp"

#include "net/url.hpp"

namespace ciclo::messaging {

Config Config::read(Environment& environment)
{
    Config config;
    config.database_url = environment.required("DATABASE_URL", "PostgreSQL, postgresql://user:password@host:port/db");
    config.amqp_url = environment.required("AMQP_URL", "RabbitMQ, amqp://user:password@host:port/vhost");
    config.email_enabled = environment.flag("EMAIL_ENABLED", true, "send e-mails; what is queued meanwhile waits");
    config.resend.api_url = environment.text("RESEND_API_URL", "https://api.resend.com", "base of Resend's API");
    if (!net::parse_url(config.resend.api_url))
        environment.fault("RESEND_API_URL", "is no http or https URL");
    config.locale = environment.one_of("LOCALE", {"pt-BR", "es", "en"}, "language of the e-mails");
    if (config.email_enabled) {
        config.resend.api_key = environment.required("RESEND_API_KEY", "key of the Resend account");
        config.from = environment.required("EMAIL_FROM", "sender, of a verified domain: Name <address>");
        if (!config.from.empty() && config.from.find('@') == std::string::npos)
            environment.fault("EMAIL_FROM", "has no @: write an address, or Name <address>");
    }
    return config;
}

} // namespace ciclo::messaging
