#include "net/body_stream.hpp"
#include "raw_client.hpp"
#include "running_server.hpp"

#include <catch2/catch.hpp>

#include <memory>

namespace asio = boost::asio;
using namespace ciclo::net;
using namespace ciclo::testing;
using namespace std::chrono_literals;

namespace {

class ThreeParts final : public BodyStream {
public:
    asio::awaitable<std::optional<std::string>> next() override
    {
        if (++sent_ > 3)
            co_return std::nullopt;
        co_return std::to_string(sent_) + "\r\n";
    }

private:
    int sent_ = 0;
};

asio::awaitable<HttpResponse> streamed(HttpRequest)
{
    HttpResponse answer{200, "text/event-stream", "first\r\n", {}};
    answer.stream = std::make_shared<ThreeParts>();
    co_return answer;
}

} // namespace

TEST_CASE("a body that goes on is sent part by part and ends with the connection", "[net]")
{
    RunningServer server{streamed};
    RawClient client{server.port()};

    client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
    std::string head;
    for (std::string line = client.line(); line != "\r\n"; line = client.line())
        head += line;

    CHECK(head.find("Connection: close\r\n") != std::string::npos);
    CHECK(head.find("Content-Length") == std::string::npos);
    CHECK(client.line() == "first\r\n");
    CHECK(client.line() == "1\r\n");
    CHECK(client.line() == "2\r\n");
    CHECK(client.line() == "3\r\n");
    CHECK(client.is_closed_within(2s));
}

TEST_CASE("HEAD of a body that goes on has no body", "[net]")
{
    RunningServer server{streamed};
    RawClient client{server.port()};

    client.send("HEAD / HTTP/1.1\r\nHost: test\r\n\r\n");
    while (client.line() != "\r\n") {
    }

    CHECK(client.is_closed_within(2s));
}
