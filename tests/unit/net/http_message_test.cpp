#include "net/http_message.hpp"

#include <catch2/catch.hpp>

using namespace ciclo::net;

TEST_CASE("a problem has the members of RFC 9457", "[net]")
{
    const auto response = problem(404, "Not Found", "There is no \"order\" 7.");

    CHECK(response.status == 404);
    CHECK(response.content_type == "application/problem+json");
    CHECK(response.body ==
          R"({"type":"about:blank","title":"Not Found","status":404,"detail":"There is no \"order\" 7."})");
}

TEST_CASE("headers are found in any spelling", "[net]")
{
    HttpRequest request;
    request.headers = {{"X-Id", "one"}, {"x-id", "two"}};

    CHECK(request.header("x-ID") == "one");
    CHECK(request.header("X-I").empty());
}

TEST_CASE("a target is a path and decoded query values", "[net]")
{
    HttpRequest request;
    request.target = "/orders/7?name=Rita+Alves&mail=a%40b&empty=&flag&name=other";

    CHECK(request.path() == "/orders/7");
    CHECK(request.query("name") == "Rita Alves");
    CHECK(request.query("mail") == "a@b");
    CHECK(request.query("empty") == "");
    CHECK(request.query("flag") == "");
    CHECK_FALSE(request.query("nam").has_value());
    request.target = "/plain";
    CHECK(request.path() == "/plain");
    CHECK_FALSE(request.query("name").has_value());
}
