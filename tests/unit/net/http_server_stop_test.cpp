#include "raw_client.hpp"
#include "running_server.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <catch2/catch.hpp>

#include <memory>

namespace asio = boost::asio;
using namespace ciclo::net;
using namespace ciclo::testing;
using namespace std::chrono_literals;

namespace {

// A handler that says when it has begun, then waits until it is let go, or cancelled.
struct Gate {
    std::promise<void> begun;
    asio::steady_timer* waiting = nullptr; // on the handler's frame

    asio::awaitable<HttpResponse> hold(HttpRequest)
    {
        asio::steady_timer timer{co_await asio::this_coro::executor, 1h};
        waiting = &timer;
        begun.set_value();
        try {
            co_await timer.async_wait(asio::use_awaitable);
        } catch (const boost::system::system_error&) {
            // cancel() ends the wait this way
        }
        co_return HttpResponse{200, "text/plain", "finished", {}};
    }

    void open(asio::io_context& io)
    {
        asio::post(io, [this] { waiting->cancel(); });
    }
};

} // namespace

TEST_CASE("stopping finishes the open request and takes no new connection", "[net]")
{
    Gate gate;
    RunningServer server{[&gate](HttpRequest request) { return gate.hold(std::move(request)); }};
    RawClient client{server.port()};
    client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
    REQUIRE(gate.begun.get_future().wait_for(2s) == std::future_status::ready);

    server.stop();
    gate.open(server.io());

    const auto response = client.response();
    CHECK(response.body == "finished");
    CHECK(response.has("Connection: close"));
    CHECK(server.ends_within(2s));
    CHECK_THROWS(RawClient{server.port()});
}

TEST_CASE("stopping closes idle connections at once", "[net]")
{
    RunningServer server{echo};
    RawClient silent{server.port()};
    RawClient idle{server.port()};
    idle.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
    REQUIRE(idle.response().status == 200);

    server.stop();

    CHECK(idle.is_closed_within(2s));
    CHECK(silent.is_closed_within(2s));
    CHECK(server.ends_within(2s));
}

TEST_CASE("a handler that never ends is cancelled when the time to drain is over", "[net]")
{
    HttpLimits limits;
    limits.drain_timeout = 100ms;
    Gate gate;
    RunningServer server{[&gate](HttpRequest request) { return gate.hold(std::move(request)); }, limits};
    RawClient client{server.port()};
    client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
    REQUIRE(gate.begun.get_future().wait_for(2s) == std::future_status::ready);

    server.stop();

    CHECK(server.ends_within(2s));
    CHECK(client.response().status == 0);
}

TEST_CASE("a server can go away with its io_context while connections are open", "[net]")
{
    std::unique_ptr<RawClient> client;
    {
        asio::io_context io{1};
        HttpServer server{io, "127.0.0.1", 0, {}, echo};
        client = std::make_unique<RawClient>(server.port());
        client->send("GET / HTTP/1.1\r\nHost: test\r\n");
        io.run_for(20ms);
    }

    CHECK(client->is_closed_within(2s));
}
