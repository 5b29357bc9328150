#include "email_text.hpp"

#include <fmt/core.h>

namespace ciclo::messaging {

namespace {

struct Words {
    std::string_view subject;  // {0} products
    std::string_view greeting; // {0} name
    std::string_view bought;   // {0} products
    std::string_view join;     // {0} link
    std::string_view code;     // {0} token
    std::string_view validity;
};

constexpr Words portuguese{"Seu acesso: {0}",
                           "Olá, {0}!",
                           "Sua compra foi aprovada: {0}.",
                           "Entre na comunidade por este convite, que é só seu: {0}",
                           "Se já usa o Discord com outra conta, digite lá: /registrar codigo:{0}",
                           "O convite e o código valem por 7 dias e podem ser usados uma vez."};
constexpr Words spanish{"Tu acceso: {0}",
                        "¡Hola, {0}!",
                        "Tu compra fue aprobada: {0}.",
                        "Entra en la comunidad con esta invitación, que es solo tuya: {0}",
                        "Si ya usas Discord con otra cuenta, escribe allí: /registrar codigo:{0}",
                        "La invitación y el código valen por 7 días y se pueden usar una vez."};
constexpr Words english{"Your access: {0}",
                        "Hello, {0}!",
                        "Your purchase was approved: {0}.",
                        "Join the community with this invite, which is yours alone: {0}",
                        "If you use Discord with another account already, type there: /registrar codigo:{0}",
                        "Invite and code are valid for 7 days and can be used once."};

const Words& words_of(std::string_view locale)
{
    return locale == "en" ? english : locale == "es" ? spanish : portuguese;
}

std::string escaped(std::string_view text)
{
    std::string html;
    for (const char c : text) {
        switch (c) {
        case '&':
            html += "&amp;";
            break;
        case '<':
            html += "&lt;";
            break;
        case '>':
            html += "&gt;";
            break;
        case '"':
            html += "&quot;";
            break;
        default:
            html += c;
        }
    }
    return html;
}

std::string filled(std::string_view sentence, std::string_view value)
{
    return fmt::format(fmt::runtime(sentence), value);
}

} // namespace

EmailText discord_invite_text(const Recipient& recipient, std::string_view invite_code, std::string_view locale)
{
    const Words& words = words_of(locale);
    const std::string link = fmt::format("https://discord.gg/{}", invite_code);
    const std::string name = recipient.name.empty() ? recipient.email : recipient.name;
    EmailText email;
    email.subject = filled(words.subject, recipient.products);
    email.text = fmt::format("{}\n\n{}\n\n{}\n", filled(words.greeting, name), filled(words.bought, recipient.products),
                             filled(words.join, link));
    email.html = fmt::format("<p>{}</p><p>{}</p><p>{}</p>", filled(words.greeting, escaped(name)),
                             filled(words.bought, escaped(recipient.products)),
                             filled(words.join, fmt::format("<a href=\"{0}\">{0}</a>", escaped(link))));
    if (!recipient.onboarding_token.empty()) {
        email.text += filled(words.code, recipient.onboarding_token) + "\n";
        email.html += fmt::format("<p>{}</p>", filled(words.code, recipient.onboarding_token));
    }
    email.text += fmt::format("\n{}\n", words.validity);
    email.html += fmt::format("<p>{}</p>", words.validity);
    return email;
}

} // namespace ciclo::messaging
