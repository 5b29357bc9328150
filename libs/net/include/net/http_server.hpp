#pragma once

#include "net/http_message.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace boost::asio {
class io_context;
}

namespace ciclo::net {

// Runs on the server's io_context, one call per request. An exception becomes a 500 without detail.
using Handler = std::function<boost::asio::awaitable<HttpResponse>(HttpRequest)>;

struct HttpLimits {
    std::size_t max_body_bytes = 1 << 20;
    std::size_t max_header_bytes = 16 << 10;
    std::size_t max_connections = 1024;
    std::chrono::milliseconds header_timeout{10'000}; // from the first byte (or the accept) to the last of the header
    std::chrono::milliseconds body_timeout{10'000};   // for the whole body
    std::chrono::milliseconds idle_timeout{60'000};   // between two requests of a connection
    std::chrono::milliseconds write_timeout{10'000};  // for a whole answer
    std::chrono::milliseconds drain_timeout{5'000};   // what stop() gives to open requests
};

// HTTP/1.1 and 1.0 over TCP: keep-alive, pipelining, Expect: 100-continue. Listens once constructed
// and serves while the io_context runs, which must be on one thread only. Requests of one connection
// are answered in order, one at a time.
class HttpServer {
public:
    // Port 0 takes a free one. Throws std::runtime_error naming the address when it cannot listen.
    HttpServer(boost::asio::io_context& io, const std::string& host, std::uint16_t port, HttpLimits limits,
               Handler handler);
    ~HttpServer(); // as stop(); the io_context must still exist
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    std::uint16_t port() const noexcept;

    // From any thread. Takes no new connection, closes idle ones, lets open requests finish within
    // drain_timeout, then cancels their handlers. io_context::run() returns afterwards.
    void stop();

private:
    struct Impl;
    std::shared_ptr<Impl> impl_; // shared with the open connections
};

} // namespace ciclo::net
