#include "bot.hpp"

#include "command_definition.hpp"
#include "core/log.hpp"
#include "core/pause.hpp"
#include "model/stores/discord_session_store.hpp"

#include <thread>
#include <utility>
#include <vector>

namespace ciclo::discord_bot {

namespace {

using namespace std::chrono_literals;

// GUILDS, GUILD_MEMBERS (privileged) and GUILD_INVITES.
constexpr int intents = 1 << 0 | 1 << 1 | 1 << 6;
constexpr std::size_t most_waiting_events = 10'000;
constexpr int defer_threads = 2;
constexpr int answer_threads = 2;
constexpr auto step_interval = 250ms;
constexpr auto turn_interval = 1s;
constexpr auto time_to_finish = 3s;
constexpr int tries_of_one_event = 5;

discord::GatewayOptions gateway_options(const Config& config)
{
    return {{config.discord.bot_token, intents}, config.discord.guild_id, config.gateway_url};
}

} // namespace

Bot::Bot(const Config& config, net::Service& service)
    : config_(config), service_(service), publisher_(config.amqp_url), shared_state_(config.database_url),
      gateway_api_(config.discord, gateway_limits_), api_(config.discord, limits_), client_(config.discord, limits_),
      status_(service.metrics()), inbox_(most_waiting_events), desk_(config_, publisher_, service.metrics()),
      handler_(publisher_), newcomers_(config_, api_, publisher_),
      follow_ups_(config_, api_, client_, publisher_, desk_), missed_joins_(client_),
      session_(config.database_url, "discord-bot", [this](postgres::Connection&) { has_new_connection_ = true; })
{
}

void Bot::run()
{
    const auto stop = service_.stopping();
    if (!config_.enabled) {
        log::info("DISCORD_ENABLED is false: the bot waits");
        while (!stop.stop_requested())
            pause(stop, 1h);
        return;
    }
    const auto stores = service_.add_readiness("postgresql and rabbitmq",
                                               [this] { return session_.connected() && publisher_.connected(); });
    const auto ready = service_.add_readiness("discord session", [this] { return status_.is_ready(); });
    std::vector<std::jthread> desk_threads;
    for (int i = 0; i < defer_threads; ++i)
        desk_threads.emplace_back([this, stop] { desk_.defer(stop); });
    for (int i = 0; i < answer_threads; ++i)
        desk_threads.emplace_back([this, stop] { desk_.answer(stop); });
    while (!stop.stop_requested())
        if (wait_for_turn())
            lead();
}

// The lock is the database session's: a new connection has to ask again.
bool Bot::wait_for_turn()
{
    const auto stop = service_.stopping();
    while (!stop.stop_requested()) {
        try {
            if (model::acquire_discord_bot(session_.connection())) {
                has_new_connection_ = false;
                return true;
            }
            status_.stand_by();
        } catch (const postgres::Failure& failure) {
            session_.after(failure);
            log::warning("PostgreSQL is away", {{"error", failure.what()}});
        }
        pause(stop, turn_interval);
    }
    return false;
}

void Bot::lead()
{
    std::optional<discord::SavedSession> saved;
    try {
        if (const auto stored = model::find_discord_session(session_.connection()))
            saved = discord::SavedSession{stored->id, stored->sequence, stored->resume_url};
    } catch (const postgres::Failure& failure) {
        session_.after(failure);
        return;
    }
    inbox_.clear();
    discord::Gateway gateway{gateway_options(config_), gateway_api_, *this};
    std::stop_source ending;
    const std::stop_callback pass_on{service_.stopping(), [&] { ending.request_stop(); }};
    {
        std::jthread gateway_thread{[&] { gateway.run(std::move(saved), ending.get_token()); }};
        work(service_.stopping());
        ending.request_stop();
    }
    if (service_.stopping().stop_requested())
        finish();
}

// Until a stop, or until another replica has the turn.
void Bot::work(std::stop_token stop)
{
    std::optional<InboxEvent> event;
    auto next_step = std::chrono::steady_clock::now();
    while (!stop.stop_requested()) {
        if (!event)
            event = inbox_.take(step_interval, stop);
        try {
            auto& connection = session_.connection();
            if (has_new_connection_) {
                if (!model::acquire_discord_bot(connection))
                    return;
                has_new_connection_ = false;
            }
            if (event && handle(*event))
                event.reset();
            if (std::chrono::steady_clock::now() < next_step)
                continue;
            next_step = std::chrono::steady_clock::now() + step_interval;
            if (handler_.take_session_began()) {
                follow_ups_.session_began();
                missed_joins_.session_began();
            }
            handler_.look_again(connection);
            newcomers_.decide(connection);
            follow_ups_.step(connection);
            missed_joins_.step(connection);
            record_health(connection);
        } catch (const postgres::Failure& failure) {
            session_.after(failure);
            log::warning("the bot's work was cut short; it is done again", {{"error", failure.what()}});
            pause(stop, 200ms);
        }
    }
}

// What came before the connection was closed. The rest comes again: its place was not passed.
void Bot::finish()
{
    const auto end = std::chrono::steady_clock::now() + time_to_finish;
    try {
        while (std::chrono::steady_clock::now() < end) {
            const auto event = inbox_.take(0ms, {});
            if (!event)
                return;
            handler_.handle(session_.connection(), *event);
        }
    } catch (const postgres::Failure& failure) {
        log::warning("some events are left for the next start", {{"error", failure.what()}});
    }
}

// False when the same is to be tried again. What the database refuses for good must not hold up the rest.
bool Bot::handle(const InboxEvent& event)
{
    for (int tries = 1;; ++tries) {
        try {
            handler_.handle(session_.connection(), event);
            return true;
        } catch (const postgres::Failure& failure) {
            session_.after(failure);
            if (failure.is_unavailable())
                throw;
            if (tries < tries_of_one_event && failure.is_conflict())
                continue;
            log::error("an event of Discord could not be stored and is left out", {{"error", failure.what()}});
            return true;
        }
    }
}

void Bot::on_dispatch(const std::string& name)
{
    service_.metrics()
        .counter("ciclo_discord_events_total", "Events that Discord's gateway told", {{"event", name}})
        .increment();
}

void Bot::on_event(discord::GatewayEvent event, std::int64_t sequence)
{
    const Time received_at = now();
    const auto* used = std::get_if<discord::CommandUsed>(&event);
    if (used != nullptr && used->command != registration_command)
        return; // of an earlier version, or of somebody else's making
    if (used != nullptr)
        desk_.put({used->interaction_id, used->token, used->application_id, used->channel_id, used->discord_id,
                   used->code, received_at});
    inbox_.put({std::move(event), sequence, received_at});
}

void Bot::on_phase(discord::GatewayPhase phase)
{
    status_.set(phase);
    if (phase != discord::GatewayPhase::ready)
        return;
    const std::lock_guard lock{mutex_};
    unrecorded_refusal_ = "";
}

void Bot::on_give_up(const std::string& why)
{
    const std::lock_guard lock{mutex_};
    unrecorded_refusal_ = why;
}

// What alerts are made of. Kept until the database has taken it.
void Bot::record_health(postgres::Connection& connection)
{
    std::optional<std::string> refusal;
    {
        const std::lock_guard lock{mutex_};
        refusal = unrecorded_refusal_;
    }
    if (!refusal)
        return;
    if (refusal->empty())
        health_.succeeded(connection);
    else
        health_.failed(connection, {ErrorKind::unauthorized, *refusal, {}});
    const std::lock_guard lock{mutex_};
    if (unrecorded_refusal_ == refusal) // nothing newer has come
        unrecorded_refusal_.reset();
}

} // namespace ciclo::discord_bot
