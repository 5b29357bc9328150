#include "email_lane.hpp"

#include "contracts/send_email.hpp"
#include "core/json.hpp"
#include "core/log.hpp"
#include "email_text.hpp"
#include "model/rules/retry.hpp"
#include "model/stores/event_log.hpp"
#include "recipient.hpp"

#include <chrono>
#include <thread>
#include <vector>

namespace ciclo::messaging {

namespace {

using namespace std::chrono_literals;
using model::LeasedMessage;
using model::MessageEnd;
using model::RetryDecision;

constexpr auto lease_duration = 60s;
// Resend keeps an idempotency key for 24 hours; an hour less, for clocks that differ.
constexpr auto key_life = 23h;
constexpr auto account_pause = 60s;

} // namespace

EmailLane::EmailLane(const Config& config, net::Metrics& metrics)
    : config_(config), metrics_(metrics),
      loop_({config.database_url, "messaging-worker", config.amqp_url, std::string{contracts::SendEmail::queue}}),
      client_(config.resend)
{
    // Present from the start, so that a rate can be told from the first e-mail on.
    for (const auto* outcome : {"sent", "postponed", "failed", "expired"})
        metrics_.counter("ciclo_emails_total", "E-mails by outcome", {{"outcome", outcome}});
}

void EmailLane::run(std::stop_token stop)
{
    loop_.run<contracts::SendEmail>(stop, [this](const auto& bell) {
        if (config_.email_enabled)
            send(bell.message_id);
    });
}

// The request as stored, or rendered and stored now. Nothing when the message is no longer wanted.
std::optional<std::string> EmailLane::prepare(const LeasedMessage& message)
{
    if (!message.request.empty())
        return message.request;
    auto& connection = loop_.connection();
    const auto recipient = find_recipient(connection, message.user_id);
    if (!recipient || recipient->products.empty()) {
        model::mark_ended(connection, message.id, MessageEnd::expired, "the student has no access any more");
        count("expired");
        return std::nullopt;
    }
    const auto variables = JsonDocument::parse(message.variables).value();
    const bool is_follow_up = message.template_name == "onboarding_follow_up";
    // Whoever has registered meanwhile has no open token: nothing is missing any more.
    if (is_follow_up && recipient->onboarding_token.empty()) {
        model::mark_ended(connection, message.id, MessageEnd::expired, "the student has registered meanwhile");
        count("expired");
        return std::nullopt;
    }
    const auto invite_code = variables.root()["invite_code"].text();
    const auto text = is_follow_up ? onboarding_follow_up_text(*recipient, invite_code, config_.locale)
                                   : discord_invite_text(*recipient, invite_code, config_.locale);
    const auto body = resend::request_body(
        {config_.from, recipient->email, text.subject, text.html, text.text, message.template_name});
    model::record_request(connection, message.id, body);
    return body;
}

void EmailLane::send(const std::string& message_id)
{
    auto& connection = loop_.connection();
    const auto message = model::lease_message(connection, "email", message_id, lease_duration);
    if (!message)
        return;
    if (message->is_late) {
        give_up(*message, MessageEnd::expired, "too late to be of use");
        return;
    }
    if (message->was_sending && message->first_attempt_at && now() - *message->first_attempt_at > key_life) {
        give_up(*message, MessageEnd::unknown, "cut short more than 23 hours ago: it may have been sent");
        return;
    }
    const auto request = prepare(*message);
    if (!request)
        return;
    const auto sent = client_.send(*request, message->id);
    if (!sent) {
        handle_failure(*message, sent.error());
        return;
    }
    postgres::Transaction transaction{connection};
    health_.succeeded(connection);
    model::mark_sent(connection, message->id, *sent);
    std::vector<const char*> events{"email.sent"};
    if (message->template_name != "onboarding_follow_up")
        events.push_back("discord.invite_sent");
    for (const auto* type : events)
        model::append_event(connection, {type, message->user_id,
                                         model::audit_payload(message->correlation_id, {{"message_id", message->id}}),
                                         model::AuditStatus::processed, "", ""});
    transaction.commit();
    count("sent");
    log::info("e-mail sent", {{"correlation_id", message->correlation_id}, {"message_id", message->id}});
}

void EmailLane::handle_failure(const LeasedMessage& message, const Error& error)
{
    log::warning("an e-mail could not be sent", {{"correlation_id", message.correlation_id},
                                                 {"message_id", message.id},
                                                 {"attempts", message.attempts},
                                                 {"kind", to_string(error.kind)},
                                                 {"error", error.detail}});
    auto& connection = loop_.connection();
    health_.failed(connection, error);
    if (error.kind == ErrorKind::unauthorized) {
        // Key, domain or quota: nothing is wrong with this message, and no other one would pass either.
        model::postpone_message(connection, message.id, error.detail, account_pause, false);
        std::this_thread::sleep_for(1s);
        return;
    }
    auto decision = model::decide(error, message.attempts);
    // The idempotency key makes a repeat safe while Resend remembers it.
    const bool key_alive = !message.first_attempt_at || now() - *message.first_attempt_at < key_life;
    if (decision == RetryDecision::outcome_unknown && key_alive && message.attempts < model::max_attempts)
        decision = RetryDecision::retry;
    switch (decision) {
    case RetryDecision::retry:
    case RetryDecision::wait:
        model::postpone_message(connection, message.id, error.detail,
                                model::delay_before_next(error, message.attempts, 0.5),
                                decision == RetryDecision::retry);
        count("postponed");
        break;
    case RetryDecision::give_up:
        // The key was used with another body: the first one was probably sent.
        give_up(message, error.kind == ErrorKind::duplicate ? MessageEnd::unknown : MessageEnd::failed, error.detail);
        break;
    case RetryDecision::outcome_unknown:
        give_up(message, MessageEnd::unknown, error.detail);
        break;
    }
}

void EmailLane::give_up(const LeasedMessage& message, MessageEnd end, const std::string& error)
{
    auto& connection = loop_.connection();
    postgres::Transaction transaction{connection};
    model::mark_ended(connection, message.id, end, error);
    model::append_event(connection, {"email.sent", message.user_id,
                                     model::audit_payload(message.correlation_id, {{"message_id", message.id}}),
                                     model::AuditStatus::failed, error, ""});
    transaction.commit();
    count("failed");
}

void EmailLane::count(std::string_view outcome)
{
    metrics_.counter("ciclo_emails_total", "E-mails by outcome", {{"outcome", std::string{outcome}}}).increment();
}

} // namespace ciclo::messaging
