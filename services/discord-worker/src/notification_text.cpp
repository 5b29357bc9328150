#include "notification_text.hpp"

#include <fmt/args.h>
#include <fmt/core.h>

#include <array>

namespace ciclo::discord_worker {

namespace {

struct Template {
    std::string_view name;
    std::string_view pt;
    std::string_view es;
    std::string_view en;
};

constexpr auto templates = std::to_array<Template>({
    {"hottok_refused",
     "🔴 Chegou um evento da Hotmart com um hottok que não conhecemos e ele foi recusado. Se o hottok mudou no painel "
     "da Hotmart, atualize HOTMART_HOTTOK agora: as vendas estão sendo recusadas.",
     "🔴 Llegó un evento de Hotmart con un hottok desconocido y fue rechazado. Si el hottok cambió en el panel de "
     "Hotmart, actualice HOTMART_HOTTOK ahora: las ventas están siendo rechazadas.",
     "🔴 An event of Hotmart came with a hottok we do not know and was refused. If the hottok was changed in Hotmart's "
     "panel, update HOTMART_HOTTOK now: sales are being refused."},
    {"discord_failed",
     "🔴 O acesso de um aluno no Discord não pôde ser ajustado (usuário {user_id}): {error}\nCorrija a causa e depois: "
     "ciclo failures retry",
     "🔴 No se pudo ajustar el acceso de un alumno en Discord (usuario {user_id}): {error}\nCorrija la causa y "
     "después: ciclo failures retry",
     "🔴 A student's access on Discord could not be set (user {user_id}): {error}\nMend the cause, then: ciclo failures "
     "retry"},
    {"discord_unauthorized", "🔴 O Discord não aceita o token do bot (DISCORD_BOT_TOKEN): {error}",
     "🔴 Discord no acepta el token del bot (DISCORD_BOT_TOKEN): {error}",
     "🔴 Discord does not accept the bot's token (DISCORD_BOT_TOKEN): {error}"},
    {"discord_down", "🟠 O Discord não responde; os ajustes esperam e são refeitos sozinhos: {error}",
     "🟠 Discord no responde; los ajustes esperan y se rehacen solos: {error}",
     "🟠 Discord does not answer; changes wait and are made by themselves later: {error}"},
    {"access_began", "🟢 Novo acesso: {product} (usuário {user_id})",
     "🟢 Nuevo acceso: {product} (usuario {user_id})", "🟢 New access: {product} (user {user_id})"},
    {"access_ended", "⚪ Acesso encerrado: {product} (usuário {user_id})",
     "⚪ Acceso terminado: {product} (usuario {user_id})", "⚪ Access ended: {product} (user {user_id})"},
    {"access_expired", "⚪ Acesso expirado: {product} (usuário {user_id})",
     "⚪ Acceso expirado: {product} (usuario {user_id})", "⚪ Access expired: {product} (user {user_id})"},
    {"plan_upgrade", "⬆️ Upgrade de plano: {from} → {product} (usuário {user_id})",
     "⬆️ Mejora de plan: {from} → {product} (usuario {user_id})",
     "⬆️ Plan upgrade: {from} → {product} (user {user_id})"},
    {"plan_downgrade", "⬇️ Downgrade de plano: {from} → {product} (usuário {user_id})",
     "⬇️ Reducción de plan: {from} → {product} (usuario {user_id})",
     "⬇️ Plan downgrade: {from} → {product} (user {user_id})"},
    {"plan_lateral", "↔️ Troca de plano: {from} → {product} (usuário {user_id})",
     "↔️ Cambio de plan: {from} → {product} (usuario {user_id})",
     "↔️ Plan change: {from} → {product} (user {user_id})"},
    {"event_failed", "🔴 Um evento da Hotmart não pôde ser aplicado ({event_id}): {error}",
     "🔴 No se pudo aplicar un evento de Hotmart ({event_id}): {error}",
     "🔴 An event of Hotmart could not be applied ({event_id}): {error}"},
    {"manychat_failed",
     "🔴 O contato de um aluno no ManyChat não pôde ser ajustado (usuário {user_id}): {error}\nCorrija a causa e depois: "
     "ciclo failures retry",
     "🔴 No se pudo ajustar el contacto de un alumno en ManyChat (usuario {user_id}): {error}\nCorrija la causa y "
     "después: ciclo failures retry",
     "🔴 A student's contact in ManyChat could not be set (user {user_id}): {error}\nMend the cause, then: ciclo "
     "failures retry"},
    {"manychat_unauthorized", "🔴 O ManyChat não aceita o token (MANYCHAT_API_TOKEN): {error}",
     "🔴 ManyChat no acepta el token (MANYCHAT_API_TOKEN): {error}",
     "🔴 ManyChat does not accept the token (MANYCHAT_API_TOKEN): {error}"},
    {"manychat_down", "🟠 O ManyChat não responde; os ajustes esperam e são refeitos sozinhos: {error}",
     "🟠 ManyChat no responde; los ajustes esperan y se rehacen solos: {error}",
     "🟠 ManyChat does not answer; changes wait and are made by themselves later: {error}"},
    {"email_failed",
     "🔴 Um e-mail não pôde ser enviado (usuário {user_id}): {error}\nCorrija a causa e depois: ciclo failures retry",
     "🔴 No se pudo enviar un correo (usuario {user_id}): {error}\nCorrija la causa y después: ciclo failures retry",
     "🔴 An e-mail could not be sent (user {user_id}): {error}\nMend the cause, then: ciclo failures retry"},
});

} // namespace

std::string notification_text(std::string_view template_name, JsonView variables, std::string_view locale)
{
    for (const Template& known : templates) {
        if (known.name != template_name)
            continue;
        fmt::dynamic_format_arg_store<fmt::format_context> arguments;
        const std::string user = variables["user_id"].text();
        const std::string event = variables["event_id"].text();
        const std::string error = variables["error"].text();
        arguments.push_back(fmt::arg("user_id", user));
        arguments.push_back(fmt::arg("event_id", event));
        arguments.push_back(fmt::arg("error", error));
        const std::string product = variables["product"].text();
        const std::string from = variables["from"].text();
        arguments.push_back(fmt::arg("product", product));
        arguments.push_back(fmt::arg("from", from));
        const std::string_view text = locale == "en" ? known.en : locale == "es" ? known.es : known.pt;
        return fmt::vformat(text, arguments);
    }
    return fmt::format("{} {}", template_name, variables.json());
}

} // namespace ciclo::discord_worker
