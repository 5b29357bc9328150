#include "running_server.hpp"
#include "scripted_peer.hpp"

#include "net/http_client.hpp"

#include <catch2/catch.hpp>

using ciclo::ErrorKind;
using namespace ciclo::net;
using namespace ciclo::testing;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

constexpr std::string_view ok_answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

HttpCall call(std::string method, std::string url, std::string body = {})
{
    HttpCall made;
    made.method = std::move(method);
    made.url = std::move(url);
    made.body = std::move(body);
    made.timeout = 2s;
    return made;
}

// A peer that answers each connection's first request with these bytes and closes.
ScriptedPeer answering(std::string answer)
{
    return ScriptedPeer{{[answer](PeerConnection& connection) {
        connection.request();
        connection.send(answer);
    }}};
}

} // namespace

TEST_CASE("a call brings back status, headers and body", "[net]")
{
    std::string seen;
    ScriptedPeer peer{{[&seen](PeerConnection& connection) {
        seen = connection.request();
        connection.send("HTTP/1.1 404 Not Found\r\nX-Id: 7\r\nContent-Length: 4\r\n\r\nnone");
    }}};
    HttpClient client;
    auto request = call("POST", peer.url("/a?b=c"), "body");
    request.headers = {{"X-Key", "value"}};

    const auto answer = client.send(request);

    REQUIRE(answer.has_value());
    CHECK(answer->status == 404);
    CHECK(answer->header("x-id") == "7");
    CHECK(answer->body == "none");
    REQUIRE(peer.has_finished(1));
    CHECK_THAT(seen, Contains("POST /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(peer.port()) + "\r\n"));
    CHECK_THAT(seen, Contains("\r\nX-Key: value\r\n"));
    CHECK_THAT(seen, Contains("\r\nContent-Length: 4\r\n") && Catch::Matchers::EndsWith("\r\n\r\nbody"));
}

TEST_CASE("client and server understand each other", "[net]")
{
    RunningServer server{echo};
    HttpClient client;
    const std::string origin = "http://localhost:" + std::to_string(server.port());
    const std::string large(300'000, 'x');

    CHECK(client.send(call("GET", origin + "/x")).value().body == "GET /x ");
    CHECK(client.send(call("PUT", origin + "/y", large)).value().body == "PUT /y " + large);
    CHECK(client.send(call("HEAD", origin + "/z")).value().body.empty());
    CHECK(client.send(call("GET", origin + "/x")).value().body == "GET /x ");
}

TEST_CASE("a connection is used again", "[net]")
{
    ScriptedPeer peer{{[](PeerConnection& connection) {
        for (int i = 0; i < 3; ++i) {
            connection.request();
            connection.send(ok_answer);
        }
    }}};
    HttpClient client;

    for (int i = 0; i < 3; ++i)
        CHECK(client.send(call("POST", peer.url(), "x")).value().body == "ok");
    CHECK(peer.connections() == 1);
}

TEST_CASE("interim answers are skipped and chunks put together", "[net]")
{
    auto peer =
        answering("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");

    const auto answer = HttpClient{}.send(call("GET", peer.url()));

    REQUIRE(answer.has_value());
    CHECK(answer->status == 200);
    CHECK(answer->body == "abcde");
}

TEST_CASE("a body without a length ends with the connection", "[net]")
{
    auto peer = answering("HTTP/1.0 200 OK\r\n\r\nuntil the end");

    CHECK(HttpClient{}.send(call("GET", peer.url())).value().body == "until the end");
}

TEST_CASE("nobody listening is unavailable", "[net]")
{
    const auto answer =
        HttpClient{}.send(call("POST", "http://127.0.0.1:" + std::to_string(closed_port()) + "/s3cret"));

    REQUIRE(answer.has_error());
    CHECK(answer.error().kind == ErrorKind::unavailable);
    CHECK_THAT(answer.error().detail, Contains("127.0.0.1") && Contains("refused") && !Contains("s3cret"));
}

TEST_CASE("a host without an address is unavailable", "[net]")
{
    const auto answer = HttpClient{}.send(call("GET", "http://a..b/"));

    REQUIRE(answer.has_error());
    CHECK(answer.error().kind == ErrorKind::unavailable);
}

TEST_CASE("a peer that never answers leaves the outcome unknown, at the deadline", "[net]")
{
    ScriptedPeer peer{{[](PeerConnection& connection) { connection.wait_until_closed(); }}};
    auto request = call("GET", peer.url());
    request.timeout = 150ms;
    const auto start = std::chrono::steady_clock::now();

    const auto answer = HttpClient{}.send(request);

    REQUIRE(answer.has_error());
    CHECK(answer.error().kind == ErrorKind::unknown_outcome);
    CHECK_THAT(answer.error().detail, Contains("timed out"));
    CHECK(std::chrono::steady_clock::now() - start < 1s);
}

TEST_CASE("a peer that drips its answer does not extend the deadline", "[net]")
{
    ScriptedPeer peer{{[](PeerConnection& connection) {
        connection.request();
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
        for (int i = 0; i < 20; ++i) {
            connection.send("x");
            std::this_thread::sleep_for(10ms); // the drip itself
        }
    }}};
    auto request = call("GET", peer.url());
    request.timeout = 150ms;

    const auto answer = HttpClient{}.send(request);

    REQUIRE(answer.has_error());
    CHECK(answer.error().kind == ErrorKind::unknown_outcome);
}

TEST_CASE("half an answer leaves the outcome unknown", "[net]")
{
    auto peer = answering("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");

    const auto answer = HttpClient{}.send(call("GET", peer.url()));

    REQUIRE(answer.has_error());
    CHECK(answer.error().kind == ErrorKind::unknown_outcome);
}

TEST_CASE("a reset of a first connection is not tried again", "[net]")
{
    ScriptedPeer peer{{[](PeerConnection& connection) {
                           connection.request();
                           connection.reset();
                       },
                       [](PeerConnection&) {}}};

    const auto answer = HttpClient{}.send(call("GET", peer.url()));

    REQUIRE(answer.has_error());
    CHECK(answer.error().kind == ErrorKind::unknown_outcome);
    CHECK(peer.connections() == 1);
}

TEST_CASE("a kept connection that is closed on use is tried once more, for idempotent methods only", "[net]")
{
    const auto answer_then_close_on_use = [](PeerConnection& connection) {
        connection.request();
        connection.send(ok_answer);
        connection.request();
    };
    const auto answer_once = [](PeerConnection& connection) {
        connection.request();
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfresh");
    };
    ScriptedPeer peer{{answer_then_close_on_use, answer_once}};
    HttpClient client;
    REQUIRE(client.send(call("GET", peer.url())).has_value());

    SECTION("GET is")
    {
        CHECK(client.send(call("GET", peer.url())).value().body == "fresh");
        CHECK(peer.connections() == 2);
    }
    SECTION("GET is, with the caller's leave")
    {
        int asked = 0;
        auto request = call("GET", peer.url());
        request.may_resend = [&] { return ++asked > 0; };

        CHECK(client.send(request).value().body == "fresh");
        CHECK(asked == 1);
    }
    SECTION("GET is not without the caller's leave")
    {
        auto request = call("GET", peer.url());
        request.may_resend = [] { return false; };

        const auto answer = client.send(request);

        REQUIRE(answer.has_error());
        CHECK(answer.error().kind == ErrorKind::unknown_outcome);
        CHECK(peer.connections() == 1);
    }
    SECTION("POST is not")
    {
        const auto answer = client.send(call("POST", peer.url(), "x"));

        REQUIRE(answer.has_error());
        CHECK(answer.error().kind == ErrorKind::unknown_outcome);
        CHECK(peer.connections() == 1);
    }
}

TEST_CASE("a kept connection that has been closed in the meantime costs no request", "[net]")
{
    const auto answer_once = [](PeerConnection& connection) {
        connection.request();
        connection.send(ok_answer);
    };
    ScriptedPeer peer{{answer_once, answer_once}};
    HttpClient client;
    REQUIRE(client.send(call("POST", peer.url(), "x")).has_value());
    REQUIRE(peer.has_finished(1));

    CHECK(client.send(call("POST", peer.url(), "x")).has_value());
    CHECK(peer.connections() == 2);
}

TEST_CASE("an answer before the whole request has been read is an answer", "[net]")
{
    HttpLimits limits;
    limits.max_body_bytes = 1000;
    RunningServer server{echo, limits};

    const auto answer = HttpClient{}.send(
        call("POST", "http://127.0.0.1:" + std::to_string(server.port()), std::string(5'000'000, 'x')));

    REQUIRE(answer.has_value());
    CHECK(answer->status == 413);
}

TEST_CASE("an answer that is too large or is not HTTP is an internal error", "[net]")
{
    const std::string bytes = GENERATE("HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n", "SSH-2.0-OpenSSH\r\n\r\n",
                                       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n",
                                       "HTTP/1.1 200 OK\r\nno colon\r\n\r\n");
    CAPTURE(bytes);
    auto peer = answering(bytes);
    auto request = call("GET", peer.url());
    request.max_response_bytes = 100;

    const auto answer = HttpClient{}.send(request);

    REQUIRE(answer.has_error());
    CHECK(answer.error().kind == ErrorKind::internal);
}

TEST_CASE("what cannot be sent is invalid input", "[net]")
{
    HttpClient client;
    auto split_value = call("GET", "http://127.0.0.1:1/");
    split_value.headers = {{"X-Key", "a\r\nX-Other: b"}};
    auto split_name = call("GET", "http://127.0.0.1:1/");
    split_name.headers = {{"X Key", "a"}};

    for (const auto& request :
         {call("GET", "not a url"), call("GET /", "http://127.0.0.1:1/"), split_value, split_name}) {
        const auto answer = client.send(request);
        REQUIRE(answer.has_error());
        CHECK(answer.error().kind == ErrorKind::invalid_input);
    }
}
