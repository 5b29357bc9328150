#include "session_status.hpp"

#include "core/log.hpp"

namespace ciclo::discord_bot {

SessionStatus::SessionStatus(net::Metrics& metrics)
    : metrics_(metrics),
      ready_(metrics.gauge("ciclo_discord_session_ready", "1 while the session on Discord's gateway is ready"))
{
}

void SessionStatus::stand_by()
{
    standing_by_ = true;
    show("standing_by");
    ready_.set(0);
}

void SessionStatus::set(discord::GatewayPhase phase)
{
    standing_by_ = false;
    phase_ = phase;
    show(to_string(phase));
    ready_.set(phase == discord::GatewayPhase::ready ? 1 : 0);
}

void SessionStatus::show(std::string_view state)
{
    const std::lock_guard lock{mutex_};
    if (shown_ == state)
        return;
    const auto gauge = [&](const std::string& name) {
        return metrics_.gauge("ciclo_discord_session_state", "1 for the present state of the session",
                              {{"state", name}});
    };
    if (!shown_.empty())
        gauge(shown_).set(0);
    shown_ = state;
    gauge(shown_).set(1);
    metrics_.counter("ciclo_discord_session_changes_total", "States that the session entered", {{"state", shown_}})
        .increment();
    log::info("the session on Discord's gateway", {{"state", shown_}});
}

} // namespace ciclo::discord_bot
