#pragma once

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>

namespace ciclo::net {

// A body that is not finished when its first bytes are sent, e.g. server-sent events. It ends with the connection.
// Runs on the server's io_context. A client that went away is noticed by the next part that is written to it, so
// an idle stream sends something from time to time; and it ends by itself when the process stops.
class BodyStream {
public:
    BodyStream() = default;
    BodyStream(const BodyStream&) = delete;
    BodyStream& operator=(const BodyStream&) = delete;
    virtual ~BodyStream() = default;

    // Waits for the next part. Nothing: that was all.
    virtual boost::asio::awaitable<std::optional<std::string>> next() = 0;
};

} // namespace ciclo::net
