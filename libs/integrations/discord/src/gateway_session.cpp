#include "discord/gateway_session.hpp"

#include "core/json_writer.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace ciclo::discord {

namespace {

using namespace std::chrono_literals;
using namespace gateway_action;
using std::chrono::milliseconds;
using enum GatewayPhase;

enum Opcode { dispatch = 0, heartbeat_request = 1, reconnect_request = 7, invalid_session = 9, hello = 10, ack = 11 };

// Any 4xxx of our own keeps the session for a resume; 1000 and 1001 would end it.
constexpr std::uint16_t keep_session = 4000;
constexpr auto hello_patience = 20s;
constexpr auto lasting = 60s; // a session this old shows that connecting works
constexpr auto longest_backoff = 60s;
constexpr auto given_up_pause = 15min;
constexpr auto between_identifies = 5s; // max_concurrency is one for a bot without shards
constexpr int tries_of_resume_url = 3;
constexpr int identifies_kept = 5;               // Discord resets the token of a bot that uses up its last one
constexpr std::size_t heartbeats_a_minute = 100; // of the 120 payloads that may be sent

std::string url_of(std::string base)
{
    while (base.ends_with('/'))
        base.pop_back();
    return base + "/?v=10&encoding=json";
}

std::string_view why_final(std::uint16_t code)
{
    switch (code) {
    case 4004:
        return "Discord does not accept the bot's token: set DISCORD_BOT_TOKEN to the one of the developer portal";
    case 4010:
    case 4011:
        return "Discord wants this bot to be sharded, which ciclo is not made for";
    case 4012:
        return "Discord does not offer version 10 of its gateway any more";
    case 4013:
        return "Discord does not know the intents asked for";
    case 4014:
        return "the intent \"Server Members\" is not switched on: developer portal, Bot, Privileged Gateway Intents";
    default:
        return {};
    }
}

bool ends_session(std::uint16_t code)
{
    return code == 4006 || code == 4007 || code == 4009;
}

template <class... Actions>
GatewayActions actions(Actions... each)
{
    GatewayActions list;
    (list.emplace_back(std::move(each)), ...);
    return list;
}

std::string identify(const GatewaySettings& settings)
{
    JsonWriter json;
    json.begin_object().member("op", 2).key("d").begin_object();
    json.member("token", settings.token).member("intents", settings.intents);
    json.key("properties").begin_object();
    json.member("os", "linux").member("browser", "ciclo").member("device", "ciclo").end_object();
    json.member("compress", false).member("large_threshold", 50).end_object().end_object();
    return std::string{json.text()};
}

std::string resume(const GatewaySettings& settings, const SavedSession& session)
{
    JsonWriter json;
    json.begin_object().member("op", 6).key("d").begin_object();
    json.member("token", settings.token).member("session_id", session.id).member("seq", session.sequence);
    json.end_object().end_object();
    return std::string{json.text()};
}

} // namespace

std::string_view to_string(GatewayPhase phase) noexcept
{
    switch (phase) {
    case pausing:
        return "pausing";
    case looking_up:
        return "looking_up";
    case opening:
        return "opening";
    case greeting:
        return "greeting";
    case identifying:
        return "identifying";
    case resuming:
        return "resuming";
    case ready:
        return "ready";
    case given_up:
        return "given_up";
    }
    return "";
}

GatewaySession::GatewaySession(GatewaySettings settings, std::function<double()> random)
    : settings_(std::move(settings)), random_(std::move(random))
{
}

bool GatewaySession::is_connected() const noexcept
{
    return phase_ == greeting || phase_ == identifying || phase_ == resuming || phase_ == ready;
}

GatewayActions GatewaySession::start(std::optional<SavedSession> saved, SteadyTime now)
{
    session_ = std::move(saved);
    return begin(now);
}

GatewayActions GatewaySession::begin(SteadyTime now)
{
    timer_.reset();
    if (session_ && failed_resumes_ < tries_of_resume_url) {
        phase_ = opening;
        return actions(Open{url_of(session_->resume_url)});
    }
    if (const auto wait = wait_before_identify(now))
        return pause(*wait, now);
    phase_ = looking_up;
    return actions(LookUp{});
}

std::optional<milliseconds> GatewaySession::wait_before_identify(SteadyTime now)
{
    while (!identified_.empty() && identified_.front() + 1h <= now)
        identified_.pop_front();
    if (identified_.empty())
        return std::nullopt;
    auto allowed = identified_.back() + between_identifies;
    if (identified_.size() >= settings_.identifies_an_hour)
        allowed = std::max(allowed, identified_.front() + 1h);
    if (allowed <= now)
        return std::nullopt;
    return std::chrono::ceil<milliseconds>(allowed - now);
}

GatewayActions GatewaySession::pause(milliseconds length, SteadyTime now)
{
    phase_ = pausing;
    timer_ = now + length;
    return {};
}

milliseconds GatewaySession::backoff()
{
    const int doublings = std::min(failures_++, 6);
    const double most = static_cast<double>(std::min<milliseconds>(1s * (1 << doublings), longest_backoff).count());
    return milliseconds{static_cast<std::int64_t>(most * (0.5 + random_() / 2))};
}

// After an end that says nothing against the session. The first time at once.
GatewayActions GatewaySession::reconnect(SteadyTime now)
{
    if (phase_ == ready && now - ready_since_ >= lasting)
        failures_ = 0;
    if (failures_ == 0) {
        ++failures_;
        return begin(now);
    }
    return pause(backoff(), now);
}

GatewayActions GatewaySession::drop(std::string why, SteadyTime now)
{
    auto list = actions(Close{keep_session, std::move(why)});
    for (auto& action : reconnect(now))
        list.push_back(std::move(action));
    return list;
}

GatewayActions GatewaySession::give_up(std::string why, SteadyTime now)
{
    session_.reset();
    sequence_.reset();
    phase_ = given_up;
    timer_ = now + given_up_pause;
    return actions(GiveUp{std::move(why)});
}

GatewayActions GatewaySession::on_info(const GatewayInfo& info, SteadyTime now)
{
    if (info.identifies_left <= identifies_kept)
        return pause(std::max<milliseconds>(info.resets_after, 1min), now);
    // The way to the old session is not there, but Discord is.
    session_.reset();
    sequence_.reset();
    failed_resumes_ = 0;
    phase_ = opening;
    return actions(Open{url_of(info.url)});
}

GatewayActions GatewaySession::on_lookup_failed(const Error& error, SteadyTime now)
{
    failed_resumes_ = 0;
    if (error.kind == ErrorKind::unauthorized)
        return give_up(std::string{why_final(4004)}, now);
    return pause(std::max(backoff(), error.retry_after), now);
}

GatewayActions GatewaySession::on_open(SteadyTime now)
{
    phase_ = greeting;
    failed_resumes_ = 0;
    timer_ = now + hello_patience;
    return {};
}

GatewayActions GatewaySession::on_open_failed(SteadyTime now)
{
    if (session_)
        ++failed_resumes_;
    return pause(backoff(), now);
}

Send GatewaySession::heartbeat(SteadyTime now)
{
    acknowledged_ = false;
    heartbeats_.push_back(now);
    return Send{sequence_ ? fmt::format(R"({{"op":1,"d":{}}})", *sequence_) : R"({"op":1,"d":null})"};
}

GatewayActions GatewaySession::on_message(std::string_view text, bool has_room, SteadyTime now)
{
    if (!is_connected())
        return {};
    auto frame = JsonDocument::parse(text);
    if (!frame)
        return drop("a message that is not JSON", now);
    const JsonView root = frame->root();
    switch (root["op"].integer().value_or(-1)) {
    case dispatch:
        return on_dispatch(std::move(*frame), has_room, now);
    case heartbeat_request:
        while (!heartbeats_.empty() && heartbeats_.front() + 1min <= now)
            heartbeats_.pop_front();
        if (heartbeats_.size() >= heartbeats_a_minute)
            return {};
        return actions(heartbeat(now));
    case reconnect_request:
        return drop("asked to reconnect", now);
    case invalid_session:
        return on_invalid_session(root["d"].boolean().value_or(false), now);
    case hello:
        return on_hello(root["d"], now);
    case ack:
        acknowledged_ = true;
        return {};
    default:
        return {}; // Discord may add some
    }
}

GatewayActions GatewaySession::on_hello(const JsonView& content, SteadyTime now)
{
    if (phase_ != greeting)
        return {};
    const auto interval = content["heartbeat_interval"].integer().value_or(0);
    if (interval <= 0)
        return drop("a hello without an interval", now);
    interval_ = milliseconds{interval};
    acknowledged_ = true;
    heartbeats_.clear();
    timer_ = now + milliseconds{static_cast<std::int64_t>(static_cast<double>(interval) * random_())};
    if (session_) {
        phase_ = resuming;
        sequence_ = session_->sequence;
        return actions(Send{resume(settings_, *session_)});
    }
    phase_ = identifying;
    identified_.push_back(now);
    return actions(Send{identify(settings_)});
}

GatewayActions GatewaySession::on_dispatch(JsonDocument frame, bool has_room, SteadyTime now)
{
    // What had no place comes again with the resume.
    if (!has_room)
        return drop("events come faster than they can be handled", now);
    const JsonView root = frame.root();
    const std::string name = root["t"].text();
    const auto sequence = root["s"].integer();
    if (sequence)
        sequence_ = sequence;
    if (name == "READY") {
        const JsonView content = root["d"];
        session_ = SavedSession{content["session_id"].text(), 0, content["resume_gateway_url"].text()};
    }
    if (session_)
        session_->sequence = sequence_.value_or(0);
    if (name == "READY" || name == "RESUMED") {
        phase_ = ready;
        ready_since_ = now;
    }
    return actions(Dispatch{name, sequence_.value_or(0), std::move(frame)});
}

GatewayActions GatewaySession::on_invalid_session(bool can_resume, SteadyTime now)
{
    if (!can_resume) {
        session_.reset();
        sequence_.reset();
    }
    auto list = actions(Close{keep_session, "invalid session"});
    (void)pause(milliseconds{1000 + static_cast<std::int64_t>(random_() * 4000)}, now);
    return list;
}

GatewayActions GatewaySession::on_closed(std::uint16_t code, SteadyTime now)
{
    if (!is_connected())
        return {};
    if (const auto why = why_final(code); !why.empty())
        return give_up(std::string{why}, now);
    if (ends_session(code)) {
        session_.reset();
        sequence_.reset();
    }
    return reconnect(now);
}

GatewayActions GatewaySession::on_time(SteadyTime now)
{
    if (!timer_ || now < *timer_)
        return {};
    timer_.reset();
    switch (phase_) {
    case pausing:
    case given_up:
        return begin(now);
    case greeting:
        return drop("no hello", now);
    case identifying:
    case resuming:
    case ready:
        // Whoever does not answer is not there, whatever the socket says.
        if (!acknowledged_)
            return drop("heartbeats are not acknowledged", now);
        timer_ = now + interval_;
        return actions(heartbeat(now));
    case looking_up:
    case opening:
        return {};
    }
    return {};
}

} // namespace ciclo::discord
