#include "reply_text.hpp"

#include <fmt/core.h>

#include <array>

namespace ciclo::discord_bot {

namespace {

using enum model::RegistrationOutcome;

struct Reply {
    model::RegistrationOutcome outcome;
    std::string_view pt;
    std::string_view es;
    std::string_view en;
};

// "{0}" is the channel to use.
constexpr auto replies = std::to_array<Reply>({
    {registered, "✅ Pronto! Sua compra está vinculada a esta conta e seus cargos chegam em instantes. Bem-vindo(a)!",
     "✅ ¡Listo! Tu compra está vinculada a esta cuenta y tus roles llegan en unos instantes. ¡Te damos la bienvenida!",
     "✅ Done! Your purchase is linked to this account and your roles are on their way. Welcome!"},
    {invalid,
     "❌ Não encontrei esse código. Confira no e-mail que enviamos: são 8 letras e números, por exemplo ABC23456.",
     "❌ No encontré ese código. Revísalo en el correo que te enviamos: son 8 letras y números, por ejemplo ABC23456.",
     "❌ I do not know that code. Please check the e-mail we sent you: 8 letters and digits, such as ABC23456."},
    {expired, "⌛ Esse código não vale mais. Fale com o suporte para receber um novo.",
     "⌛ Ese código ya no es válido. Contacta a soporte para recibir uno nuevo.",
     "⌛ That code is no longer valid. Please ask our support team for a new one."},
    {already_registered,
     "ℹ️ Este registro já foi feito: a conta ou o código já está em uso. Se algo estiver faltando, fale com o "
     "suporte.",
     "ℹ️ Este registro ya se hizo: la cuenta o el código ya está en uso. Si te falta algo, contacta a soporte.",
     "ℹ️ This registration is done already: the account or the code is in use. If something is missing, please ask "
     "our "
     "support team."},
    {wrong_channel, "👉 Use este comando no canal {0}.", "👉 Usa este comando en el canal {0}.",
     "👉 Please use this command in {0}."},
    {throttled, "⏳ Muitas tentativas. Espere 15 minutos, confira o código no e-mail e tente de novo.",
     "⏳ Demasiados intentos. Espera 15 minutos, revisa el código en el correo e inténtalo de nuevo.",
     "⏳ Too many tries. Please wait 15 minutes, check the code in the e-mail and try again."},
});

std::string_view in_language(const Reply& reply, const std::string& locale)
{
    if (locale == "es")
        return reply.es;
    return locale == "en" ? reply.en : reply.pt;
}

std::string mention(const std::string& channel)
{
    return "<#" + channel + ">";
}

} // namespace

std::string reply_text(model::RegistrationOutcome outcome, const std::string& locale, const std::string& channel)
{
    for (const Reply& reply : replies)
        if (reply.outcome == outcome)
            return fmt::format(fmt::runtime(in_language(reply, locale)), mention(channel));
    return {};
}

std::string welcome_text(const std::string& locale, const std::string& channel)
{
    if (locale == "es") {
        const auto where = channel.empty() ? "en el servidor" : fmt::format("en el canal {}", mention(channel));
        return fmt::format("👋 ¡Hola! ¿Compraste un curso? Escribe {} `/registrar codigo:` con el código que recibiste "
                           "por correo y tu acceso se abre al instante.",
                           where);
    }
    if (locale == "en") {
        const auto where = channel.empty() ? "on the server" : fmt::format("in {}", mention(channel));
        return fmt::format("👋 Hello! Did you buy a course? Type `/registrar codigo:` {} with the code you were sent by "
                           "e-mail, and your access opens at once.",
                           where);
    }
    const auto where = channel.empty() ? "no servidor" : fmt::format("no canal {}", mention(channel));
    return fmt::format("👋 Olá! Comprou um curso? Digite {} `/registrar codigo:` com o código que enviamos por e-mail e "
                       "seu acesso é liberado na hora.",
                       where);
}

} // namespace ciclo::discord_bot
