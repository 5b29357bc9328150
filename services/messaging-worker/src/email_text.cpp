#include "email_text.hpp"

#include <fmt/core.h>

#include <utility>

namespace ciclo::messaging {

namespace {

struct Words {
    std::string_view subject;  // {0} products
    std::string_view greeting; // {0} name
    std::string_view bought;   // {0} products
    std::string_view join;     // {0} link
    std::string_view code;     // {0} token
    std::string_view validity;
    std::string_view reminder_subject; // {0} products
    std::string_view reminder;         // {0} products
};

constexpr Words portuguese{"Seu acesso: {0}",
                           "Olá, {0}!",
                           "Sua compra foi aprovada: {0}.",
                           "Entre na comunidade por este convite, que é só seu: {0}",
                           "Se já usa o Discord com outra conta, digite lá: /registrar codigo:{0}",
                           "O convite e o código valem por 7 dias e podem ser usados uma vez.",
                           "Falta um passo para o seu acesso: {0}",
                           "Seu acesso está liberado ({0}), mas você ainda não entrou na comunidade."};
constexpr Words spanish{"Tu acceso: {0}",
                        "¡Hola, {0}!",
                        "Tu compra fue aprobada: {0}.",
                        "Entra en la comunidad con esta invitación, que es solo tuya: {0}",
                        "Si ya usas Discord con otra cuenta, escribe allí: /registrar codigo:{0}",
                        "La invitación y el código valen por 7 días y se pueden usar una vez.",
                        "Falta un paso para tu acceso: {0}",
                        "Tu acceso está listo ({0}), pero todavía no entraste en la comunidad."};
constexpr Words english{"Your access: {0}",
                        "Hello, {0}!",
                        "Your purchase was approved: {0}.",
                        "Join the community with this invite, which is yours alone: {0}",
                        "If you use Discord with another account already, type there: /registrar codigo:{0}",
                        "Invite and code are valid for 7 days and can be used once.",
                        "One step is missing for your access: {0}",
                        "Your access is ready ({0}), but you have not joined the community yet."};

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

// Greeting, one sentence, the ways in.
class Letter {
public:
    Letter(const Recipient& recipient, std::string_view subject, std::string_view locale)
        : recipient_(recipient), words_(words_of(locale))
    {
        email_.subject = filled(subject, recipient.products);
        add(words_.greeting, recipient.name.empty() ? recipient.email : recipient.name);
    }

    void add(std::string_view sentence, std::string_view value)
    {
        email_.text += filled(sentence, value) + "\n\n";
        email_.html += fmt::format("<p>{}</p>", filled(sentence, escaped(value)));
    }

    EmailText with_ways_in(std::string_view invite_code)
    {
        if (!invite_code.empty()) {
            const std::string link = fmt::format("https://discord.gg/{}", invite_code);
            email_.text += filled(words_.join, link) + "\n";
            email_.html +=
                fmt::format("<p>{}</p>", filled(words_.join, fmt::format("<a href=\"{0}\">{0}</a>", escaped(link))));
        }
        if (!recipient_.onboarding_token.empty()) {
            email_.text += filled(words_.code, recipient_.onboarding_token) + "\n";
            email_.html += fmt::format("<p>{}</p>", filled(words_.code, recipient_.onboarding_token));
        }
        email_.text += fmt::format("\n{}\n", words_.validity);
        email_.html += fmt::format("<p>{}</p>", words_.validity);
        return std::move(email_);
    }

private:
    const Recipient& recipient_;
    const Words& words_;
    EmailText email_;
};

} // namespace

EmailText discord_invite_text(const Recipient& recipient, std::string_view invite_code, std::string_view locale)
{
    Letter letter{recipient, words_of(locale).subject, locale};
    letter.add(words_of(locale).bought, recipient.products);
    return letter.with_ways_in(invite_code);
}

EmailText onboarding_follow_up_text(const Recipient& recipient, std::string_view invite_code, std::string_view locale)
{
    Letter letter{recipient, words_of(locale).reminder_subject, locale};
    letter.add(words_of(locale).reminder, recipient.products);
    return letter.with_ways_in(invite_code);
}

} // namespace ciclo::messaging
