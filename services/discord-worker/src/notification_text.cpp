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
    {"alert_hottok_refused_opened",
     "🔴 Chegou um evento da Hotmart com um hottok que não conhecemos e ele foi recusado. Se o hottok mudou no painel "
     "da Hotmart, atualize HOTMART_HOTTOK agora: as vendas estão sendo recusadas.",
     "🔴 Llegó un evento de Hotmart con un hottok desconocido y fue rechazado. Si el hottok cambió en el panel de "
     "Hotmart, actualice HOTMART_HOTTOK ahora: las ventas están siendo rechazadas.",
     "🔴 An event of Hotmart came with a hottok we do not know and was refused. If the hottok was changed in Hotmart's "
     "panel, update HOTMART_HOTTOK now: sales are being refused."},
    {"alert_hottok_refused_closed", "✅ Os eventos da Hotmart voltaram a ser aceitos.",
     "✅ Los eventos de Hotmart vuelven a ser aceptados.", "✅ Events of Hotmart are accepted again."},
    {"alert_reconciliations_failed_opened",
     "🔴 O acesso de alunos não pôde ser ajustado em {subject}: {error}\nCorrija a causa e depois: ciclo failures "
     "retry",
     "🔴 No se pudo ajustar el acceso de alumnos en {subject}: {error}\nCorrija la causa y después: ciclo failures "
     "retry",
     "🔴 Students' access could not be set on {subject}: {error}\nMend the cause, then: ciclo failures retry"},
    {"alert_reconciliations_failed_closed", "✅ Nenhum acesso com falha em {subject}.",
     "✅ Ningún acceso con fallos en {subject}.", "✅ No failed access on {subject} any more."},
    {"alert_provider_unauthorized_opened",
     "🔴 {subject} não aceita a nossa credencial; nada é enviado até que ela seja trocada: {error}",
     "🔴 {subject} no acepta nuestra credencial; nada se envía hasta cambiarla: {error}",
     "🔴 {subject} does not accept our credentials; nothing is sent until they are changed: {error}"},
    {"alert_provider_unauthorized_closed", "✅ {subject} voltou a aceitar a nossa credencial.",
     "✅ {subject} vuelve a aceptar nuestra credencial.", "✅ {subject} accepts our credentials again."},
    {"alert_provider_down_opened", "🟠 {subject} não responde; os ajustes esperam e são refeitos sozinhos: {error}",
     "🟠 {subject} no responde; los ajustes esperan y se rehacen solos: {error}",
     "🟠 {subject} does not answer; changes wait and are made by themselves later: {error}"},
    {"alert_provider_down_closed", "✅ {subject} voltou a responder.", "✅ {subject} vuelve a responder.",
     "✅ {subject} answers again."},
    {"alert_messages_failed_opened",
     "🔴 Há mensagens que não puderam ser enviadas ({subject}): {error}\nCorrija a causa e depois: ciclo failures "
     "retry",
     "🔴 Hay mensajes que no se pudieron enviar ({subject}): {error}\nCorrija la causa y después: ciclo failures retry",
     "🔴 Some messages could not be sent ({subject}): {error}\nMend the cause, then: ciclo failures retry"},
    {"alert_messages_failed_closed", "✅ Nenhuma mensagem com falha ({subject}).",
     "✅ Ningún mensaje con fallos ({subject}).", "✅ No failed messages any more ({subject})."},
    {"alert_events_failed_opened",
     "🔴 Há eventos da Hotmart que não puderam ser aplicados: {error}\nCorrija a causa e depois: ciclo failures retry",
     "🔴 Hay eventos de Hotmart que no se pudieron aplicar: {error}\nCorrija la causa y después: ciclo failures retry",
     "🔴 Some events of Hotmart could not be applied: {error}\nMend the cause, then: ciclo failures retry"},
    {"alert_events_failed_closed", "✅ Nenhum evento da Hotmart com falha.", "✅ Ningún evento de Hotmart con fallos.",
     "✅ No failed events of Hotmart any more."},
    {"alert_dead_letters_opened",
     "🔴 Há mensagens internas que ninguém entendeu na fila ciclo.dead-letters ({error}). Avise a equipe técnica.",
     "🔴 Hay mensajes internos que nadie entendió en la cola ciclo.dead-letters ({error}). Avise al equipo técnico.",
     "🔴 Internal messages that nobody understood are in the queue ciclo.dead-letters ({error}). Tell the engineers."},
    {"alert_dead_letters_closed", "✅ A fila ciclo.dead-letters está vazia.", "✅ La cola ciclo.dead-letters está vacía.",
     "✅ The queue ciclo.dead-letters is empty."},
    {"alert_sweep_held_opened",
     "🟠 A revisão do Discord parou antes de tirar cargos: {error}\nVeja a lista: ciclo discord sweep --show "
     "{subject}\nPara confirmar: ciclo discord sweep --confirm {subject}\nPara descartar: ciclo discord sweep "
     "--discard {subject}",
     "🟠 La revisión de Discord se detuvo antes de quitar roles: {error}\nVea la lista: ciclo discord sweep --show "
     "{subject}\nPara confirmar: ciclo discord sweep --confirm {subject}\nPara descartar: ciclo discord sweep "
     "--discard {subject}",
     "🟠 The sweep of Discord stopped before taking roles: {error}\nSee the list: ciclo discord sweep --show "
     "{subject}\nTo confirm: ciclo discord sweep --confirm {subject}\nTo discard: ciclo discord sweep --discard "
     "{subject}"},
    {"alert_sweep_held_closed", "✅ A revisão do Discord que esperava foi decidida.",
     "✅ La revisión de Discord que esperaba fue decidida.", "✅ The sweep of Discord that waited is decided."},
    {"alert_job_failed_opened", "🟠 A tarefa {subject} falhou: {error}", "🟠 La tarea {subject} falló: {error}",
     "🟠 The job {subject} failed: {error}"},
    {"alert_job_failed_closed", "✅ A tarefa {subject} voltou a funcionar.", "✅ La tarea {subject} vuelve a funcionar.",
     "✅ The job {subject} works again."},
    {"alert_discord_bot_refused_opened", "🔴 O bot não consegue entrar no Discord: {error}",
     "🔴 El bot no puede entrar en Discord: {error}", "🔴 The bot cannot get on Discord: {error}"},
    {"alert_discord_bot_refused_closed", "✅ O bot voltou a entrar no Discord.", "✅ El bot volvió a entrar en Discord.",
     "✅ The bot is on Discord again."},
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
});

} // namespace

std::string notification_text(std::string_view template_name, JsonView variables, std::string_view locale)
{
    for (const Template& known : templates) {
        if (known.name != template_name)
            continue;
        fmt::dynamic_format_arg_store<fmt::format_context> arguments;
        const std::string user = variables["user_id"].text();
        const std::string subject = variables["subject"].text();
        const std::string error = variables["error"].text();
        arguments.push_back(fmt::arg("user_id", user));
        arguments.push_back(fmt::arg("subject", subject));
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
