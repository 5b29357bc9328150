#include "net/address.hpp"

#include <catch2/catch.hpp>

#include <optional>

using namespace ciclo::net;

TEST_CASE("an address is a host and a port", "[net]")
{
    struct Case {
        std::string text, host;
        int port;
    };
    const Case cases[] = {
        {"127.0.0.1:8080", "127.0.0.1", 8080}, {"localhost:0", "localhost", 0}, {"[::1]:65535", "::1", 65535}};
    for (const auto& expected : cases) {
        INFO(expected.text);
        const auto address = parse_address(expected.text);
        REQUIRE(address.has_value());
        CHECK(address->host == expected.host);
        CHECK(address->port == expected.port);
        CHECK(to_string(*address) == expected.text);
    }
}

TEST_CASE("a wrong address is answered with what to write", "[net]")
{
    const std::string text = GENERATE("", "8080", ":8080", "host", "host:", "host:http", "host:65536", "host:-1",
                                      "::1:8080", "[::1]", "[]:80", "http://host:80", "ho st:80");
    CAPTURE(text);

    const auto address = parse_address(text);

    REQUIRE(address.has_error());
    CHECK(address.error().detail.find("write host:port") != std::string::npos);
}

TEST_CASE("a wrong address becomes one fault of the environment", "[net]")
{
    ciclo::Environment environment{[](const std::string& name) -> std::optional<std::string> {
        return name == "LISTEN" ? std::optional<std::string>{"nowhere"} : std::nullopt;
    }};

    required_address(environment, "LISTEN", "where to listen");
    required_address(environment, "MISSING", "where else");

    REQUIRE(environment.faults().size() == 2);
    CHECK_THAT(environment.faults().front(), Catch::Matchers::StartsWith("LISTEN is \"nowhere\""));
}
