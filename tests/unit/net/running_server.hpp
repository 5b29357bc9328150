#pragma once

#include "net/http_server.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <future>
#include <thread>

namespace ciclo::testing {

// An HttpServer on a free port of this machine with a thread of its own.
class RunningServer {
public:
    explicit RunningServer(net::Handler handler, net::HttpLimits limits = {})
        : server_(io_, "127.0.0.1", 0, limits, std::move(handler)), ended_(run_ended_.get_future()), thread_([this] {
              io_.run();
              run_ended_.set_value();
          })
    {
    }

    ~RunningServer()
    {
        server_.stop();
        thread_.join();
    }

    boost::asio::io_context& io() { return io_; }
    std::uint16_t port() const { return server_.port(); }
    void stop() { server_.stop(); }

    // Whether io_context::run() has returned.
    bool ends_within(std::chrono::milliseconds limit) { return ended_.wait_for(limit) == std::future_status::ready; }

private:
    boost::asio::io_context io_{1};
    net::HttpServer server_;
    std::promise<void> run_ended_;
    std::future<void> ended_;
    std::thread thread_;
};

// "METHOD path body": what arrived, as an answer.
inline boost::asio::awaitable<net::HttpResponse> echo(net::HttpRequest request)
{
    co_return net::HttpResponse{200, "text/plain", request.method + ' ' + request.target + ' ' + request.body, {}};
}

} // namespace ciclo::testing
