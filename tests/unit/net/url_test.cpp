#include "net/url.hpp"

#include <catch2/catch.hpp>

using namespace ciclo::net;

TEST_CASE("absolute http and https URLs are taken apart", "[net]")
{
    struct Case {
        std::string text, scheme, host;
        int port;
        std::string target, host_header;
    };
    const Case cases[] = {
        {"http://example.com", "http", "example.com", 80, "/", "example.com"},
        {"HTTPS://Example.COM/A/b?c=d#part", "https", "example.com", 443, "/A/b?c=d", "example.com"},
        {"https://example.com:8443/", "https", "example.com", 8443, "/", "example.com:8443"},
        {"http://example.com:443/", "http", "example.com", 443, "/", "example.com:443"},
        {"http://example.com?x=1", "http", "example.com", 80, "/?x=1", "example.com"},
        {"http://example.com:/x", "http", "example.com", 80, "/x", "example.com"},
        {"http://127.0.0.1:1/x", "http", "127.0.0.1", 1, "/x", "127.0.0.1:1"},
        {"https://[2001:DB8::1]:444/x", "https", "2001:db8::1", 444, "/x", "[2001:db8::1]:444"},
        {"http://[::1]", "http", "::1", 80, "/", "[::1]"},
        {"http://a.b/?next=http://c@d/", "http", "a.b", 80, "/?next=http://c@d/", "a.b"},
    };
    for (const auto& expected : cases) {
        INFO(expected.text);
        const auto url = parse_url(expected.text);
        REQUIRE(url.has_value());
        CHECK(url->scheme == expected.scheme);
        CHECK(url->host == expected.host);
        CHECK(url->port == expected.port);
        CHECK(url->target == expected.target);
        CHECK(url->host_header() == expected.host_header);
    }
}

TEST_CASE("other URLs are refused without being repeated in the error", "[net]")
{
    const std::string text =
        GENERATE("", "example.com/s3cret", "/s3cret", "ftp://example.com/s3cret", "http://", "http:///s3cret",
                 "http://user:s3cret@example.com/", "http://example.com:0/s3cret", "http://example.com:65536/s3cret",
                 "http://example.com:8o/s3cret", "http://exa mple.com/s3cret", "http://example.com/s3cret\r\nX: y",
                 "http://[::1/s3cret", "http://[zz]/s3cret", "http://[::1]x/s3cret", "http://ex\xc3\xa4mple.com/s3cret",
                 "http://a:b:c/s3cret", "http://a\\b/s3cret");
    CAPTURE(text);

    const auto url = parse_url(text);

    REQUIRE(url.has_error());
    CHECK(url.error().kind == ciclo::ErrorKind::invalid_input);
    CHECK(url.error().detail.find("s3cret") == std::string::npos);
}

TEST_CASE("an origin tells scheme, host and port apart", "[net]")
{
    CHECK(parse_url("https://example.com/a").value().origin() == "https://example.com:443");
    CHECK(parse_url("http://[::1]:8/a").value().origin() == "http://[::1]:8");
}

TEST_CASE("percent-encoding keeps unreserved characters and can be undone", "[net]")
{
    CHECK(percent_encoded("aZ09-._~") == "aZ09-._~");
    CHECK(percent_encoded("a b/\xc3\xa9+%") == "a%20b%2F%C3%A9%2B%25");
    CHECK(percent_decoded("a%20b%2f%C3%A9") == "a b/\xc3\xa9");
    CHECK(percent_decoded("100%, %4, %zz, %") == "100%, %4, %zz, %");
}
