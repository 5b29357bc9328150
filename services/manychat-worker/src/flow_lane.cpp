#include "flow_lane.hpp"

#include "contracts/send_manychat_flow.hpp"
#include "core/json.hpp"
#include "core/log.hpp"
#include "flow_rules.hpp"
#include "model/rules/retry.hpp"
#include "model/stores/discord_store.hpp"
#include "model/stores/event_log.hpp"
#include "model/stores/settings_store.hpp"

#include <algorithm>
#include <chrono>

namespace ciclo::manychat_worker {

namespace {

using namespace std::chrono_literals;
using model::LeasedMessage;
using model::MessageEnd;
using model::RetryDecision;

constexpr auto lease_duration = 180s;
constexpr auto unwell_pause = 5s;
// The invite is made at the same time as the flow is queued. Without it the code alone still helps.
constexpr auto patience_for_invite = 10min;

std::string joined(const std::vector<std::string>& names)
{
    std::string text;
    for (const auto& name : names)
        text += (text.empty() ? "" : ", ") + name;
    return text;
}

Time first_attempt(const LeasedMessage& message)
{
    return message.first_attempt_at.value_or(now());
}

} // namespace

FlowLane::FlowLane(Shared shared)
    : shared_(shared), loop_({shared.config.database_url, "manychat-worker flows", shared.config.amqp_url,
                              std::string{contracts::SendManychatFlow::queue}}),
      pace_([this]() -> postgres::Connection& { return loop_.connection(); }, shared.config.pace_percent),
      client_(shared.config.manychat, pace_)
{
    // Present from the start, so that a rate can be told from the first flow on.
    for (const auto* outcome : {"sent", "postponed", "failed", "expired"})
        shared_.metrics.counter("ciclo_manychat_flows_total", "Flows by outcome", {{"outcome", outcome}});
}

void FlowLane::run(std::stop_token stop)
{
    loop_.run<contracts::SendManychatFlow>(stop, [this](const auto& bell) {
        if (shared_.config.enabled)
            start(bell.message_id);
    });
}

void FlowLane::start(const std::string& message_id)
{
    auto& connection = loop_.connection();
    // ManyChat is down: the row stays due, and the sweeper rings it again.
    const auto permit = health_.ask(connection);
    if (permit == model::ProviderHealth::Permit::shut)
        return;
    const auto message = model::lease_message(connection, "manychat_flow", message_id, lease_duration);
    if (!message)
        return;
    // The request is written right before the call: without one, the earlier attempt did not come so far.
    if (message->was_sending && !message->request.empty())
        give_up(*message, MessageEnd::unknown,
                {ErrorKind::unknown_outcome, "cut short while it was being sent: it may have been sent", {}});
    else if (message->is_late)
        expire(*message, "too late to be of use");
    else if (permit == model::ProviderHealth::Permit::probe && !health_.claim_probe(connection))
        postpone(*message, {ErrorKind::rate_limited, "ManyChat is not well; somebody else is trying", unwell_pause},
                 false);
    else
        send(*message);
}

void FlowLane::send(const LeasedMessage& message)
{
    auto& connection = loop_.connection();
    const model::ContactLock lock{connection, message.user_id};
    if (!lock.held()) {
        postpone(message, {ErrorKind::rate_limited, "another worker is at this contact", 1s}, false);
        return;
    }
    const auto wish = model::read_manychat_wish(connection, message.user_id);
    const std::string obsolete =
        wish ? why_obsolete(message.id, model::flows_of_student(connection, message.user_id), *wish, now())
             : "the student is gone";
    if (!obsolete.empty()) {
        expire(message, obsolete);
        return;
    }
    const std::string setting = "manychat_flow_" + message.template_name;
    const auto variables = JsonDocument::parse(message.variables);
    std::string flow_ns = variables ? variables->root()["flow_ns"].text() : "";
    if (flow_ns.empty())
        flow_ns = model::find_setting(connection, setting).value_or("");
    if (flow_ns.empty()) {
        expire(message, "no flow is chosen: the setting " + setting + " is empty");
        return;
    }
    if (!send_to(message, *wish, flow_ns))
        return;
    postgres::Transaction transaction{connection};
    model::mark_sent(connection, message.id, "");
    model::append_event(connection, {"manychat.flow_triggered", message.user_id,
                                     model::audit_payload(message.correlation_id, {{"flow", flow_ns},
                                                                                   {"purpose", message.template_name},
                                                                                   {"message_id", message.id}}),
                                     model::AuditStatus::processed, "", ""});
    health_.succeeded(connection);
    transaction.commit();
    count("sent");
    log::info("flow started", {{"correlation_id", message.correlation_id}, {"message_id", message.id}});
}

// True when it was sent; otherwise what becomes of the message is decided already.
bool FlowLane::send_to(const LeasedMessage& message, const model::ManychatWish& wish, const std::string& flow_ns)
{
    auto& connection = loop_.connection();
    const auto variables = JsonDocument::parse(message.variables);
    std::string product = variables ? variables->root()["product"].text() : "";
    if (product.empty())
        product = joined(wish.product_names);
    model::CustomFields fields;
    if (!product.empty())
        fields.emplace_back("product", product);
    if (asks_to_register(message.template_name)) {
        const auto invite = model::find_open_invite(connection, wish.user_id);
        if (!invite && now() - first_attempt(message) < patience_for_invite) {
            postpone(message, {ErrorKind::rate_limited, "waiting for the invite to the guild", 2s}, false);
            return false;
        }
        if (invite)
            fields.emplace_back("invite_link", "https://discord.gg/" + invite->code);
    }

    const Tools tools{shared_.config, connection, client_, shared_.page};
    const auto synced = sync_contact(tools, wish, {model::managed_manychat_tags(connection), message.correlation_id});
    if (!synced) {
        handle_failure(message, synced.error());
        return false;
    }
    if (synced->subscriber_id.empty()) {
        expire(message, "the student has no phone, and so no contact in ManyChat");
        return false;
    }
    // The flow reads the fields of the contact: nothing can be given along with it.
    if (const auto set = set_fields(tools, synced->subscriber_id, fields); !set) {
        handle_failure(message, set.error());
        return false;
    }
    const std::string request = manychat::flow_request(synced->subscriber_id, flow_ns);
    model::record_request(connection, message.id, request);
    const auto sent = client_.send_flow(request);
    if (sent)
        return true;
    if (sent.error().kind == ErrorKind::unknown_outcome) {
        health_.failed(connection, sent.error());
        give_up(message, MessageEnd::unknown, sent.error());
        return false;
    }
    model::record_request(connection, message.id, ""); // surely not sent: a later attempt may try
    handle_failure(message, sent.error());
    return false;
}

void FlowLane::handle_failure(const LeasedMessage& message, const Error& failure)
{
    auto& connection = loop_.connection();
    Error error = health_.failed(connection, failure);
    // Everything before the call that sends may be done again.
    if (error.kind == ErrorKind::unknown_outcome)
        error.kind = ErrorKind::unavailable;
    if (failure.kind == ErrorKind::rate_limited) {
        // A second's limit, or an hour's: nothing tells which, so the pauses grow with the time it has lasted.
        const auto waited = std::chrono::duration_cast<std::chrono::milliseconds>(now() - first_attempt(message));
        error.retry_after = std::max(error.retry_after, std::min<std::chrono::milliseconds>(waited, 10min));
    }
    const auto decision = model::decide(error, message.attempts);
    if (decision == RetryDecision::retry || decision == RetryDecision::wait)
        postpone(message, error, decision == RetryDecision::retry);
    else
        give_up(message, MessageEnd::failed, error);
}

void FlowLane::postpone(const LeasedMessage& message, const Error& error, bool uses_attempt)
{
    log::info("a flow waits", {{"correlation_id", message.correlation_id},
                               {"message_id", message.id},
                               {"attempts", message.attempts},
                               {"error", error.detail}});
    model::postpone_message(loop_.connection(), message.id, error.detail,
                            model::delay_before_next(error, message.attempts, 0.5), uses_attempt);
    count("postponed");
}

void FlowLane::expire(const LeasedMessage& message, std::string_view why)
{
    model::mark_ended(loop_.connection(), message.id, MessageEnd::expired, why);
    count("expired");
    log::info("a flow is not started",
              {{"correlation_id", message.correlation_id}, {"message_id", message.id}, {"reason", why}});
}

void FlowLane::give_up(const LeasedMessage& message, MessageEnd end, const Error& error)
{
    log::warning("a flow could not be started", {{"correlation_id", message.correlation_id},
                                                 {"message_id", message.id},
                                                 {"kind", to_string(error.kind)},
                                                 {"error", error.detail}});
    auto& connection = loop_.connection();
    postgres::Transaction transaction{connection};
    model::mark_ended(connection, message.id, end, error.detail);
    model::append_event(connection, {"manychat.flow_triggered", message.user_id,
                                     model::audit_payload(message.correlation_id, {{"purpose", message.template_name},
                                                                                   {"message_id", message.id}}),
                                     model::AuditStatus::failed, error.detail, ""});
    transaction.commit();
    count("failed");
}

void FlowLane::count(std::string_view outcome)
{
    shared_.metrics.counter("ciclo_manychat_flows_total", "Flows by outcome", {{"outcome", std::string{outcome}}})
        .increment();
}

} // namespace ciclo::manychat_worker
