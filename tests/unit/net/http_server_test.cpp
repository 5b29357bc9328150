#include "raw_client.hpp"
#include "running_server.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <catch2/catch.hpp>

#include <stdexcept>

namespace asio = boost::asio;
using namespace ciclo::net;
using namespace ciclo::testing;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

TEST_CASE("one connection carries several requests", "[net]")
{
    RunningServer server{echo};
    RawClient client{server.port()};

    client.send("GET /one HTTP/1.1\r\nHost: test\r\n\r\n");
    const auto first = client.response();
    client.send("POST /two HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nhello");
    const auto second = client.response();

    CHECK(first.status == 200);
    CHECK(first.body == "GET /one ");
    CHECK(second.body == "POST /two hello");
    CHECK_FALSE(second.has("Connection: close"));
}

TEST_CASE("pipelined requests are answered in their order", "[net]")
{
    RunningServer server{[](HttpRequest request) -> asio::awaitable<HttpResponse> {
        if (request.target == "/slow") {
            asio::steady_timer pause{co_await asio::this_coro::executor, 20ms};
            co_await pause.async_wait(asio::use_awaitable);
        }
        co_return HttpResponse{200, "text/plain", request.target, {}};
    }};
    RawClient client{server.port()};

    client.send("GET /slow HTTP/1.1\r\nHost: test\r\n\r\n\r\nGET /quick HTTP/1.1\r\nHost: test\r\n\r\n"
                "GET /last HTTP/1.1\r\nHost: test\r\n\r\n");

    CHECK(client.response().body == "/slow");
    CHECK(client.response().body == "/quick");
    CHECK(client.response().body == "/last");
}

TEST_CASE("a request may arrive byte by byte and in chunks", "[net]")
{
    RunningServer server{echo};
    RawClient client{server.port()};
    const std::string request = "POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n"
                                "5\r\nhello\r\n6\r\n world\r\n0\r\nTrailer: dropped\r\n\r\n";

    for (const char byte : request)
        client.send(std::string(1, byte));

    CHECK(client.response().body == "POST / hello world");
}

TEST_CASE("HTTP/1.0 closes unless it asks for keep-alive", "[net]")
{
    RunningServer server{echo};
    RawClient plain{server.port()};
    RawClient keeping{server.port()};

    plain.send("GET / HTTP/1.0\r\n\r\n");
    keeping.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");

    CHECK(plain.response().has("Connection: close"));
    CHECK(plain.is_closed_within(2s));
    CHECK(keeping.response().has("Connection: keep-alive"));
    keeping.send("GET /again HTTP/1.0\r\n\r\n");
    CHECK(keeping.response().body == "GET /again ");
}

TEST_CASE("a client that has ended its side still gets its answer", "[net]")
{
    RunningServer server{echo};
    RawClient client{server.port()};

    client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
    client.end_sending();

    CHECK(client.response().status == 200);
    CHECK(client.is_closed_within(2s));
}

TEST_CASE("a client that expects 100-continue is told to go on", "[net]")
{
    RunningServer server{echo};
    RawClient client{server.port()};

    client.send("POST / HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    REQUIRE(client.response(RawClient::Body::none).status == 100);
    client.send("ok");

    CHECK(client.response().body == "POST / ok");
}

TEST_CASE("an answer to HEAD has the length but not the body", "[net]")
{
    RunningServer server{echo};
    RawClient client{server.port()};

    client.send("HEAD / HTTP/1.1\r\nHost: test\r\n\r\nGET / HTTP/1.1\r\nHost: test\r\n\r\n");

    CHECK(client.response(RawClient::Body::none).has("Content-Length: 7\r\n"));
    CHECK(client.response().body == "GET / ");
}

TEST_CASE("an exception of the handler is a 500 without its text", "[net]")
{
    RunningServer server{[](HttpRequest request) -> asio::awaitable<HttpResponse> {
        if (request.target == "/bad")
            throw std::runtime_error("password=secret");
        co_return HttpResponse{204};
    }};
    RawClient client{server.port()};

    client.send("GET /bad HTTP/1.1\r\nHost: test\r\n\r\n");
    const auto failed = client.response();
    client.send("GET /good HTTP/1.1\r\nHost: test\r\n\r\n");

    CHECK(failed.status == 500);
    CHECK(failed.has("application/problem+json"));
    CHECK_THAT(failed.body, !Contains("secret"));
    CHECK(client.response().status == 204);
}

TEST_CASE("what is not one clear HTTP request is a 400 and the end of the connection", "[net]")
{
    RunningServer server{echo};
    const std::string request =
        GENERATE("nonsense\r\n\r\n", "GET / HTTP/9.9\r\nHost: test\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
                 "GET / HTTP/1.1\r\nHost: one\r\nHost: two\r\n\r\n", "GET / HTTP/1.1\r\nHost: test\r\nno colon\r\n\r\n",
                 "POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                 "POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
                 "POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: gzip\r\n\r\n",
                 "POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
    CAPTURE(request);
    RawClient client{server.port()};

    client.send(request);

    const auto response = client.response();
    CHECK(response.status == 400);
    CHECK(response.has("application/problem+json"));
    CHECK(response.has("Connection: close"));
    CHECK(client.is_closed_within(2s));
}

TEST_CASE("a handler sees where and when a request came in", "[net]")
{
    const auto before = ciclo::now();
    RunningServer server{[before](HttpRequest request) -> asio::awaitable<HttpResponse> {
        const bool in_time = request.received_at >= before && request.received_at <= ciclo::now();
        co_return HttpResponse{in_time ? 200 : 500, "text/plain", request.remote_address, {}};
    }};
    RawClient client{server.port()};

    client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");

    const auto response = client.response();
    CHECK(response.status == 200);
    CHECK(response.body == "127.0.0.1");
}

TEST_CASE("a header of a handler cannot smuggle a line into the answer", "[net]")
{
    RunningServer server{[](HttpRequest) -> asio::awaitable<HttpResponse> {
        HttpResponse response{200};
        response.headers.push_back(Header{"X-Bad", "a\r\nSet-Cookie: b"});
        response.headers.push_back(Header{"X-Good", "c"});
        co_return response;
    }};
    RawClient client{server.port()};

    client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");

    const auto response = client.response();
    CHECK(response.has("X-Good: c\r\n"));
    CHECK_FALSE(response.has("Set-Cookie"));
}

TEST_CASE("a port that is taken is named in the error", "[net]")
{
    RunningServer server{echo};
    asio::io_context io;

    CHECK_THROWS_WITH(HttpServer(io, "127.0.0.1", server.port(), {}, echo),
                      Contains("127.0.0.1:" + std::to_string(server.port())) && Contains("in use"));
}
