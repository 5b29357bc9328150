#include "registration_desk.hpp"

#include "contracts/fold_student.hpp"
#include "core/log.hpp"
#include "discord/bot_api.hpp"
#include "reply_text.hpp"

#include <algorithm>
#include <utility>

namespace ciclo::discord_bot {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto pause_after_failure = 1s;
constexpr auto first_answer_limit = 3s;

// An answer may be given twice: the second one takes the place of the first.
bool is_passing(const Error& error)
{
    return error.kind == ErrorKind::unavailable || error.kind == ErrorKind::unknown_outcome ||
           error.kind == ErrorKind::rate_limited;
}

bool is_still_alive(const model::Interaction& interaction)
{
    return now() - interaction.received_at < model::interaction_life;
}

} // namespace

void RegistrationDesk::Line::put(Request request)
{
    const std::lock_guard lock{mutex_};
    requests_.push_back(std::move(request));
    filled_.notify_one();
}

std::optional<Request> RegistrationDesk::Line::take(std::stop_token stop)
{
    std::unique_lock lock{mutex_};
    while (!stop.stop_requested()) {
        const auto present = Clock::now();
        const auto due = std::find_if(requests_.begin(), requests_.end(),
                                      [&](const Request& request) { return request.not_before <= present; });
        if (due != requests_.end()) {
            Request request = std::move(*due);
            requests_.erase(due);
            return request;
        }
        if (requests_.empty())
            filled_.wait(lock, stop, [this] { return !requests_.empty(); });
        else
            filled_.wait_for(lock, stop, 100ms, [] { return false; });
    }
    return std::nullopt;
}

RegistrationDesk::RegistrationDesk(const Config& config, rabbitmq::Publisher& publisher, net::Metrics& metrics)
    : config_(config), publisher_(publisher), metrics_(metrics),
      defer_seconds_(metrics.histogram("ciclo_discord_first_answer_seconds",
                                       "From a command's arrival to its first answer, of which Discord allows 3",
                                       {0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5}))
{
}

bool RegistrationDesk::begin(const std::string& interaction_id)
{
    const std::lock_guard lock{mutex_};
    return at_work_.insert(interaction_id).second;
}

void RegistrationDesk::end(const std::string& interaction_id)
{
    const std::lock_guard lock{mutex_};
    at_work_.erase(interaction_id);
}

void RegistrationDesk::put(model::Interaction interaction)
{
    if (begin(interaction.id))
        to_defer_.put(Request{std::move(interaction)});
}

void RegistrationDesk::defer(std::stop_token stop)
{
    net::HttpClient http;
    while (auto request = to_defer_.take(stop)) {
        const auto& interaction = request->interaction;
        auto deferred = discord::defer_reply(http, config_.discord.api_url, interaction.id, interaction.token);
        if (!deferred && is_passing(deferred.error()) && now() - interaction.received_at < first_answer_limit)
            deferred = discord::defer_reply(http, config_.discord.api_url, interaction.id, interaction.token);
        if (deferred)
            defer_seconds_.observe(std::chrono::duration<double>(now() - interaction.received_at).count());
        else
            // The work is done all the same: the member may see the roles, if not the answer.
            log::warning("a command could not be answered at once", {{"error", deferred.error().detail}});
        to_answer_.put(std::move(*request));
    }
}

void RegistrationDesk::answer(std::stop_token stop)
{
    postgres::Session session{config_.database_url, "discord-bot registration"};
    net::HttpClient http;
    while (auto request = to_answer_.take(stop)) {
        bool done = false;
        try {
            done = answer_one(session, http, *request);
        } catch (const postgres::Failure& failure) {
            session.after(failure);
            log::warning("a registration was cut short; it is tried again", {{"error", failure.what()}});
        }
        if (done || !is_still_alive(request->interaction)) {
            end(request->interaction.id);
            continue;
        }
        request->not_before = Clock::now() + pause_after_failure;
        to_answer_.put(std::move(*request));
    }
}

// False when it is to be tried again.
bool RegistrationDesk::answer_one(postgres::Session& session, net::HttpClient& http, const Request& request)
{
    const auto& interaction = request.interaction;
    auto& connection = session.connection();
    const bool is_wrong_channel =
        !config_.registration_channel.empty() && interaction.channel_id != config_.registration_channel;
    const auto decision = model::decide_registration(connection, interaction, is_wrong_channel, now());
    if (decision.linked) {
        publisher_.publish(
            rabbitmq::message_of(contracts::FoldStudent{decision.linked->user_id, decision.linked->correlation_id}));
        log::info("a student registered",
                  {{"user_id", decision.linked->user_id}, {"correlation_id", decision.linked->correlation_id}});
    }
    const auto text = reply_text(decision.outcome, config_.locale, config_.registration_channel);
    const auto edited =
        discord::edit_reply(http, config_.discord.api_url, interaction.application_id, interaction.token, text);
    if (!edited) {
        log::warning("the answer to a command could not be given", {{"error", edited.error().detail}});
        if (is_passing(edited.error()))
            return false;
    }
    model::mark_interaction_answered(connection, interaction.id);
    count(to_string(decision.outcome));
    return true;
}

void RegistrationDesk::count(std::string_view outcome)
{
    metrics_
        .counter("ciclo_discord_registrations_total", "Uses of /registrar by outcome",
                 {{"outcome", std::string{outcome}}})
        .increment();
}

} // namespace ciclo::discord_bot
