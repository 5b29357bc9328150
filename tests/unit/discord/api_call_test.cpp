#include "discord/client.hpp"
#include "discord/webhook.hpp"
#include "scripted_peer.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace ciclo;
using namespace ciclo::discord;
using Catch::Matchers::Contains;
using ciclo::testing::PeerConnection;
using ciclo::testing::ScriptedPeer;

namespace {

// Of a bucket with a window that outlasts the test.
std::string answer(int limit, int remaining, std::string_view body = "{}")
{
    return "HTTP/1.1 200 OK\r\nX-RateLimit-Bucket: b1\r\nX-RateLimit-Limit: " + std::to_string(limit) +
           "\r\nX-RateLimit-Remaining: " + std::to_string(remaining) +
           "\r\nX-RateLimit-Reset-After: 60\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           std::string{body};
}

} // namespace

TEST_CASE("a call that is sent again because its connection broke takes a second place", "[limits]")
{
    const int limit = GENERATE(2, 3);
    ScriptedPeer peer{{[&](PeerConnection& connection) {
                           connection.request();
                           connection.send(answer(limit, limit - 1));
                           connection.request(); // heard, and perhaps counted
                       },
                       [&](PeerConnection& connection) {
                           connection.request();
                           connection.send(answer(limit, limit - 3));
                       }}};
    RateLimits limits;
    Client client{{peer.url(""), "token", "1"}, limits};
    REQUIRE(client.add_role("2", "3", "").has_value());

    const auto again = client.add_role("2", "4", "");

    CHECK(again.has_value() == (limit == 3));
    CHECK(peer.connections() == limit - 1);
    if (!again)
        CHECK(again.error().kind == ErrorKind::unknown_outcome);
    CHECK(client.add_role("2", "5", "").error().kind == ErrorKind::rate_limited);
}

TEST_CASE("posts to a webhook keep to its limit, together with other processes", "[limits]")
{
    std::string seen;
    ScriptedPeer peer{{[&](PeerConnection& connection) {
        seen = connection.request();
        connection.send(answer(1, 0, R"({"id":"77"})"));
    }}};
    LocalSharedState state;
    RateLimits limits{state};
    RateLimits of_another_process{state};
    net::HttpClient http;
    const auto url = peer.url("/api/webhooks/12/s3cret");

    CHECK(execute_webhook(http, limits, url, "Oi").value() == "77");
    const auto refused = execute_webhook(http, of_another_process, url, "Oi de novo");

    REQUIRE(refused.has_error());
    CHECK(refused.error().kind == ErrorKind::rate_limited);
    CHECK_THAT(seen, Contains("POST /api/webhooks/12/s3cret?wait=true "));
    CHECK(peer.connections() == 1);
}

TEST_CASE("a webhook's limit is kept by its id and token, and the token is not told", "[limits]")
{
    const auto route = webhook_route("POST", "https://discord.com/api/webhooks/12/s3cret");
    CHECK(route.name == "POST /webhooks/{webhook}/{token}");
    CHECK_THAT(route.major, Catch::Matchers::StartsWith("12/"));
    CHECK_THAT(route.key(), !Contains("s3cret"));
    CHECK(webhook_route("POST", "https://discord.com/api/webhooks/12/s3cret?thread_id=5").major == route.major);
    CHECK(webhook_route("POST", "https://discord.com/api/webhooks/12/other").major != route.major);
    CHECK(webhook_route("POST", "https://discord.com/api/webhooks/13/s3cret").major != route.major);
    CHECK_THAT(webhook_route("POST", "nonsense").key(), !Contains("nonsense"));
}
