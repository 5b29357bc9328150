#include "discord/gateway.hpp"

#include "core/crypto.hpp"
#include "core/log.hpp"
#include "discord/user_agent.hpp"

#include <array>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>

namespace ciclo::discord {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::uint16_t keep_session = 4000;

double random_fraction()
{
    std::array<unsigned char, 2> bytes{};
    random_bytes(bytes);
    return (bytes[0] * 256 + bytes[1]) / 65536.0;
}

template <class... Cases>
struct Overloaded : Cases... {
    using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

} // namespace

Gateway::Gateway(GatewayOptions options, BotApi& api, GatewayListener& listener)
    : options_(std::move(options)), api_(api), listener_(listener), session_(options_.session, random_fraction)
{
}

Gateway::~Gateway() = default;

void Gateway::run(std::optional<SavedSession> saved, std::stop_token stop)
{
    perform(session_.start(std::move(saved), Clock::now()), stop);
    while (!stop.stop_requested()) {
        wait(session_.next_timer().value_or(Clock::now() + 1min), stop);
        if (!stop.stop_requested())
            perform(session_.on_time(Clock::now()), stop);
    }
    if (socket_)
        socket_->close(keep_session, "restarting");
    socket_.reset();
}

// Takes in what comes until then; without a connection it only waits.
void Gateway::wait(SteadyTime until, const std::stop_token& stop)
{
    if (!socket_) {
        std::mutex mutex;
        std::condition_variable_any nobody;
        std::unique_lock lock{mutex};
        nobody.wait_until(lock, stop, until, [] { return false; });
        return;
    }
    auto event = [&] {
        const std::stop_callback interrupt{stop, [this] { socket_->wake(); }};
        return socket_->next(until);
    }();
    if (const auto* message = std::get_if<net::WebSocketMessage>(&event)) {
        perform(session_.on_message(message->text, listener_.has_room(), Clock::now()), stop);
    } else if (const auto* closed = std::get_if<net::WebSocketClosed>(&event)) {
        log::warning("Discord's gateway closed the connection", {{"code", closed->code}, {"reason", closed->reason}});
        socket_.reset();
        perform(session_.on_closed(closed->code, Clock::now()), stop);
    }
}

void Gateway::perform(GatewayActions actions, const std::stop_token& stop)
{
    std::deque<GatewayAction> todo{std::make_move_iterator(actions.begin()), std::make_move_iterator(actions.end())};
    for (;;) {
        if (told_ != session_.phase()) {
            told_ = session_.phase();
            listener_.on_phase(*told_);
        }
        if (todo.empty() || stop.stop_requested())
            return;
        GatewayAction action = std::move(todo.front());
        todo.pop_front();
        for (auto& next : perform_one(std::move(action), stop))
            todo.push_back(std::move(next));
    }
}

GatewayActions Gateway::perform_one(GatewayAction action, const std::stop_token& stop)
{
    using namespace gateway_action;
    const Overloaded visitor{
        [&](LookUp&) {
            auto info = api_.gateway();
            if (!info) {
                log::warning("Discord does not say where its gateway is", {{"error", info.error().detail}});
                return session_.on_lookup_failed(info.error(), Clock::now());
            }
            if (!options_.fixed_url.empty())
                info->url = options_.fixed_url;
            auto next = session_.on_info(*info, Clock::now());
            if (next.empty())
                log::error("the limit of new sessions a day is nearly used up; waiting for the next one",
                           {{"left", info->identifies_left}, {"ms", info->resets_after.count()}});
            return next;
        },
        [&](Open& open) {
            net::WebSocketOptions target{options_.fixed_url.empty() ? open.url
                                                                    : options_.fixed_url + "/?v=10&encoding=json",
                                         std::string{user_agent}};
            auto socket = net::WebSocket::connect(target, stop);
            if (!socket) {
                log::warning("Discord's gateway cannot be reached", {{"error", socket.error().detail}});
                return session_.on_open_failed(Clock::now());
            }
            socket_ = std::move(*socket);
            return session_.on_open(Clock::now());
        },
        [&](Send& send) {
            // A failure shows as the end of the connection, which is where it is dealt with.
            if (const auto sent = socket_ ? socket_->send(send.text) : Result<void>{}; !sent)
                log::warning("Discord's gateway takes nothing", {{"error", sent.error().detail}});
            return GatewayActions{};
        },
        [&](Close& close) {
            log::info("leaving Discord's gateway for a moment", {{"reason", close.why}});
            if (socket_)
                socket_->close(close.code, close.why);
            socket_.reset();
            return GatewayActions{};
        },
        [&](Dispatch& dispatch) {
            listener_.on_dispatch(dispatch.name);
            if (auto event = read_event(dispatch.name, dispatch.content(), options_.guild_id))
                listener_.on_event(std::move(*event), dispatch.sequence);
            return GatewayActions{};
        },
        [&](GiveUp& give_up) {
            log::error("Discord's gateway refuses the bot", {{"reason", give_up.why}});
            listener_.on_give_up(give_up.why);
            return GatewayActions{};
        },
    };
    return std::visit(visitor, action);
}

} // namespace ciclo::discord
