#include "raw_client.hpp"
#include "running_server.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <catch2/catch.hpp>

namespace asio = boost::asio;
using namespace ciclo::net;
using namespace ciclo::testing;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

HttpLimits short_timeouts()
{
    HttpLimits limits;
    limits.header_timeout = limits.body_timeout = limits.idle_timeout = limits.write_timeout = 150ms;
    return limits;
}

HttpLimits small_body()
{
    HttpLimits limits;
    limits.max_body_bytes = 1000;
    return limits;
}

} // namespace

TEST_CASE("a client that goes on sending a body that is too large can read the 413", "[net]")
{
    RunningServer server{echo, small_body()};
    RawClient client{server.port()};

    client.send("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 8000000\r\n\r\n");
    const std::string part(100'000, 'x');
    for (int i = 0; i < 80; ++i)
        REQUIRE(client.send(part));

    const auto response = client.response();
    CHECK(response.status == 413);
    CHECK(response.has("application/problem+json"));
    CHECK_THAT(response.body, Contains("1000 bytes"));
    client.end_sending();
    CHECK(client.is_closed_within(2s));
}

TEST_CASE("a chunked body is cut off at the limit too", "[net]")
{
    RunningServer server{echo, small_body()};
    RawClient client{server.port()};

    client.send("POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n");
    const std::string chunk = "190\r\n" + std::string(0x190, 'x') + "\r\n";
    client.send(chunk + chunk + chunk);

    CHECK(client.response().status == 413);
}

TEST_CASE("a body of exactly the limit is accepted", "[net]")
{
    RunningServer server{echo, small_body()};
    RawClient client{server.port()};

    client.send("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 1000\r\n\r\n" + std::string(1000, 'x'));

    CHECK(client.response().status == 200);
}

TEST_CASE("a header that is too large is a 431, also when it comes line by line", "[net]")
{
    HttpLimits limits;
    limits.max_header_bytes = 2000;
    RunningServer server{echo, limits};
    RawClient at_once{server.port()};
    RawClient by_lines{server.port()};

    at_once.send("GET / HTTP/1.1\r\nHost: test\r\nX-Long: " + std::string(3000, 'x'));
    by_lines.send("GET / HTTP/1.1\r\nHost: test\r\n");
    for (int i = 0; i < 100; ++i)
        by_lines.send("X-Line: " + std::string(50, 'x') + "\r\n");

    CHECK(at_once.response().status == 431);
    CHECK(by_lines.response().status == 431);
}

TEST_CASE("a slow header is cut off", "[net]")
{
    RunningServer server{echo, short_timeouts()};
    RawClient client{server.port()};

    client.send("GET / HTTP/1.1\r\nHo");

    CHECK(client.is_closed_within(2s));
}

TEST_CASE("a slow body is cut off", "[net]")
{
    RunningServer server{echo, short_timeouts()};
    RawClient client{server.port()};

    client.send("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\nhalf");

    CHECK(client.is_closed_within(2s));
}

TEST_CASE("a connection without a request is closed, first and between requests", "[net]")
{
    RunningServer server{echo, short_timeouts()};
    RawClient silent{server.port()};
    RawClient idle{server.port()};

    idle.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
    REQUIRE(idle.response().status == 200);

    CHECK(silent.is_closed_within(2s));
    CHECK(idle.is_closed_within(2s));
}

TEST_CASE("a client that does not read its answer does not hold the server", "[net]")
{
    std::promise<void> asked;
    RunningServer server{[&asked](HttpRequest) -> asio::awaitable<HttpResponse> {
                             asked.set_value();
                             co_return HttpResponse{200, "text/plain", std::string(30'000'000, 'x'), {}};
                         },
                         short_timeouts()};
    RawClient client{server.port()};

    client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
    REQUIRE(asked.get_future().wait_for(2s) == std::future_status::ready);
    server.stop();

    CHECK(server.ends_within(2s));
}

TEST_CASE("a slow handler is not cut off by the timeouts of reading", "[net]")
{
    RunningServer server{[](HttpRequest) -> asio::awaitable<HttpResponse> {
                             asio::steady_timer pause{co_await asio::this_coro::executor, 300ms};
                             co_await pause.async_wait(asio::use_awaitable);
                             co_return HttpResponse{200};
                         },
                         short_timeouts()};
    RawClient client{server.port()};

    client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");

    CHECK(client.response().status == 200);
}

TEST_CASE("a connection too many is answered 503 and closed", "[net]")
{
    HttpLimits limits;
    limits.max_connections = 1;
    RunningServer server{echo, limits};
    RawClient first{server.port()};
    first.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
    REQUIRE(first.response().status == 200);

    RawClient second{server.port()};
    second.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");

    const auto response = second.response();
    CHECK(response.status == 503);
    CHECK(response.has("Retry-After: "));
    CHECK(response.has("application/problem+json"));
    CHECK(second.is_closed_within(2s));
    first.send("GET /still HTTP/1.1\r\nHost: test\r\n\r\n");
    CHECK(first.response().body == "GET /still ");
}
