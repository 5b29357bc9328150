#pragma once

#include "core/result.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <variant>

namespace ciclo::net {

struct WebSocketOptions {
    std::string url; // ws or wss
    std::string user_agent;
    std::string extra_ca_file{};                       // PEM, trusted besides the system's authorities
    std::chrono::milliseconds connect_timeout{15'000}; // resolve, connect, TLS and upgrade together
    std::chrono::milliseconds write_timeout{10'000};
    std::chrono::milliseconds close_timeout{2'000}; // for the peer's answer to our close frame
    std::size_t max_message_bytes = 16 << 20;
};

struct WebSocketIdle {}; // nothing came until the time given, or wake() was called

struct WebSocketMessage {
    std::string text;
};

struct WebSocketClosed {
    std::uint16_t code = 0; // of the peer's close frame; 0: the connection was lost without one
    std::string reason;
};

using WebSocketEvent = std::variant<WebSocketIdle, WebSocketMessage, WebSocketClosed>;

// The client's side of one WebSocket (RFC 6455), for ONE thread that waits for messages and for its own
// timers in turn; only wake() is for all threads. Pings are answered inside next(). Certificates are
// verified against the host's name. Error details name host and port only.
class WebSocket {
public:
    // `unavailable` for whatever keeps the connection from being made, a stop included; `invalid_input`
    // for a URL that is none; `internal` when the extra authorities cannot be read.
    static Result<std::unique_ptr<WebSocket>> connect(const WebSocketOptions& options, std::stop_token stop);

    virtual ~WebSocket() = default;

    // Once closed it answers the same for ever.
    virtual WebSocketEvent next(std::chrono::steady_clock::time_point until) = 0;

    // A text message. After a failure the connection is lost, and next() says so.
    virtual Result<void> send(std::string_view text) = 0;

    // Sends a close frame with our own code and waits for the peer's, but not for long.
    virtual void close(std::uint16_t code, std::string_view reason) = 0;

    virtual void wake() noexcept = 0; // ends a next() that is waiting, or the next one
};

} // namespace ciclo::net
