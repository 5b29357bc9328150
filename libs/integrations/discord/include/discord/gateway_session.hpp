#pragma once

#include "core/json.hpp"
#include "core/result.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// One session on Discord's gateway v10 (documentation, "Gateway"), as a state machine without I/O: whoever
// drives it tells what happened and does what comes back, in order.
namespace ciclo::discord {

using SteadyTime = std::chrono::steady_clock::time_point;

// Enough to go on with a session on another connection, or in another process.
struct SavedSession {
    std::string id;
    std::int64_t sequence = 0; // of the last event that counts as received
    std::string resume_url;
};

// GET /gateway/bot.
struct GatewayInfo {
    std::string url;
    int identifies_left = 0;
    std::chrono::milliseconds resets_after{0};
};

namespace gateway_action {

struct LookUp {}; // GET /gateway/bot, then on_info() or on_lookup_failed()
struct Open {     // then on_open() or on_open_failed()
    std::string url;
};
struct Send { // a secret: may hold the token
    std::string text;
};
struct Close { // nothing of this connection counts any more
    std::uint16_t code;
    std::string why;
};
struct Dispatch {
    std::string name;
    std::int64_t sequence = 0;
    JsonDocument frame; // the event's content is its member "d"

    JsonView content() const noexcept { return frame.root()["d"]; }
};
struct GiveUp { // a person must change something; tried again after a long pause
    std::string why;
};

} // namespace gateway_action

using GatewayAction = std::variant<gateway_action::LookUp, gateway_action::Open, gateway_action::Send,
                                   gateway_action::Close, gateway_action::Dispatch, gateway_action::GiveUp>;
using GatewayActions = std::vector<GatewayAction>;

enum class GatewayPhase { pausing, looking_up, opening, greeting, identifying, resuming, ready, given_up };

std::string_view to_string(GatewayPhase phase) noexcept;

struct GatewaySettings {
    std::string token;                   // without "Bot "
    int intents = 0;                     // documentation, "Gateway Intents"
    std::size_t identifies_an_hour = 30; // our own bound; Discord's is a thousand a day
};

class GatewaySession {
public:
    // `random` answers numbers in [0, 1).
    GatewaySession(GatewaySettings settings, std::function<double()> random);

    GatewayActions start(std::optional<SavedSession> saved, SteadyTime now);

    GatewayActions on_info(const GatewayInfo& info, SteadyTime now);
    GatewayActions on_lookup_failed(const Error& error, SteadyTime now);
    GatewayActions on_open(SteadyTime now);
    GatewayActions on_open_failed(SteadyTime now);

    // `has_room`: whether the receiver can take an event. If not, the session is taken up again later at
    // the event that had no place.
    GatewayActions on_message(std::string_view text, bool has_room, SteadyTime now);

    // By the peer; 0 when the connection was lost without a close frame.
    GatewayActions on_closed(std::uint16_t code, SteadyTime now);

    GatewayActions on_time(SteadyTime now);
    std::optional<SteadyTime> next_timer() const noexcept { return timer_; }

    GatewayPhase phase() const noexcept { return phase_; }
    const std::optional<SavedSession>& session() const noexcept { return session_; }

private:
    GatewayActions begin(SteadyTime now);
    GatewayActions pause(std::chrono::milliseconds length, SteadyTime now);
    GatewayActions reconnect(SteadyTime now);
    GatewayActions drop(std::string why, SteadyTime now);
    GatewayActions give_up(std::string why, SteadyTime now);
    GatewayActions on_hello(const JsonView& content, SteadyTime now);
    GatewayActions on_dispatch(JsonDocument frame, bool has_room, SteadyTime now);
    GatewayActions on_invalid_session(bool can_resume, SteadyTime now);
    gateway_action::Send heartbeat(SteadyTime now);
    std::chrono::milliseconds backoff();
    std::optional<std::chrono::milliseconds> wait_before_identify(SteadyTime now);
    bool is_connected() const noexcept;

    GatewaySettings settings_;
    std::function<double()> random_;
    GatewayPhase phase_ = GatewayPhase::pausing;
    std::optional<SavedSession> session_;
    std::optional<std::int64_t> sequence_;
    std::optional<SteadyTime> timer_;
    std::chrono::milliseconds interval_{0};
    bool acknowledged_ = true;
    SteadyTime ready_since_{};
    int failures_ = 0;
    int failed_resumes_ = 0; // connections to the resume URL in a row that were not made
    std::deque<SteadyTime> identified_;
    std::deque<SteadyTime> heartbeats_; // of the last minute
};

} // namespace ciclo::discord
