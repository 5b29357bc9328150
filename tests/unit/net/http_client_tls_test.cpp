#include "throwaway_tls_server.hpp"

#include "net/http_client.hpp"

#include <catch2/catch.hpp>

using ciclo::ErrorKind;
using namespace ciclo::net;
using namespace ciclo::testing;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

HttpCall get(const std::string& host, const ScriptedPeer& peer)
{
    HttpCall call;
    call.url = "https://" + host + ":" + std::to_string(peer.port()) + "/";
    call.timeout = 2s;
    return call;
}

} // namespace

TEST_CASE("a certificate of a known authority for this host is accepted, and the connection kept", "[net]")
{
    const ThrowawayCertificate certificate{"DNS:localhost,IP:127.0.0.1"};
    const std::string host = GENERATE("localhost", "127.0.0.1");
    CAPTURE(host);
    ScriptedPeer peer{{certificate.answer(2)}};
    HttpClient client{HttpClientOptions{certificate.ca_file()}};

    CHECK(client.send(get(host, peer)).value().body == "tls");
    CHECK(client.send(get(host, peer)).value().body == "tls");
    CHECK(peer.connections() == 1);
}

TEST_CASE("a kept TLS connection closed in order is replaced", "[net]")
{
    const ThrowawayCertificate certificate{"DNS:localhost"};
    ScriptedPeer peer{{certificate.answer(1), certificate.answer(1)}};
    HttpClient client{HttpClientOptions{certificate.ca_file()}};
    auto post = get("localhost", peer);
    post.method = "POST";

    REQUIRE(client.send(post).has_value());
    REQUIRE(peer.has_finished(1));

    CHECK(client.send(post).has_value());
    CHECK(peer.connections() == 2);
}

TEST_CASE("a certificate of an unknown authority is refused before anything is sent", "[net]")
{
    const ThrowawayCertificate certificate{"DNS:localhost"};
    ScriptedPeer peer{{certificate.answer(1)}};

    const auto answer = HttpClient{}.send(get("localhost", peer));

    REQUIRE(answer.has_error());
    CHECK(answer.error().kind == ErrorKind::unavailable);
    CHECK_THAT(answer.error().detail, Contains("certificate refused"));
}

TEST_CASE("a certificate for another host is refused", "[net]")
{
    const ThrowawayCertificate certificate{"DNS:other.example"};
    const std::string host = GENERATE("localhost", "127.0.0.1");
    CAPTURE(host);
    ScriptedPeer peer{{certificate.answer(1)}};

    const auto answer = HttpClient{HttpClientOptions{certificate.ca_file()}}.send(get(host, peer));

    REQUIRE(answer.has_error());
    CHECK(answer.error().kind == ErrorKind::unavailable);
    CHECK_THAT(answer.error().detail, Contains("mismatch"));
}

TEST_CASE("a peer that does not do TLS is unavailable", "[net]")
{
    ScriptedPeer talking{{[](PeerConnection& connection) { connection.send("220 mail.example\r\n"); }}};
    ScriptedPeer silent{{[](PeerConnection& connection) { connection.wait_until_closed(); }}};
    auto call = get("127.0.0.1", silent);
    call.timeout = 150ms;

    for (const auto& answer : {HttpClient{}.send(get("127.0.0.1", talking)), HttpClient{}.send(call)}) {
        REQUIRE(answer.has_error());
        CHECK(answer.error().kind == ErrorKind::unavailable);
    }
}

TEST_CASE("a large body goes through TLS", "[net]")
{
    const ThrowawayCertificate certificate{"DNS:localhost"};
    ScriptedPeer peer{{certificate.answer(1)}};
    HttpClient client{HttpClientOptions{certificate.ca_file()}};
    auto post = get("localhost", peer);
    post.method = "POST";
    post.body.assign(2'000'000, 'x'); // more than the socket takes at once

    CHECK(client.send(post).value().status == 200);
}

TEST_CASE("authorities that cannot be read are an internal error", "[net]")
{
    ScriptedPeer peer{{[](PeerConnection& connection) { connection.wait_until_closed(); }}};

    const auto answer = HttpClient{HttpClientOptions{"/nowhere/ca.pem"}}.send(get("127.0.0.1", peer));

    REQUIRE(answer.has_error());
    CHECK(answer.error().kind == ErrorKind::internal);
}
