#include "net/websocket.hpp"

#include "scripted_peer.hpp"
#include "throwaway_tls_server.hpp"

#include <catch2/catch.hpp>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <sys/socket.h>

#include <array>
#include <future>
#include <thread>

using namespace ciclo;
using namespace ciclo::net;
using namespace ciclo::testing;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

// The server's side of RFC 6455, as far as these tests speak it.
class WebSocketPeer {
public:
    explicit WebSocketPeer(PeerConnection& connection) : connection_(connection) {}

    void accept()
    {
        request_ = connection_.request();
        const std::string name = "Sec-WebSocket-Key: ";
        const auto start = request_.find(name) + name.size();
        const auto key = request_.substr(start, request_.find('\r', start) - start);
        const auto digest = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
        std::array<unsigned char, SHA_DIGEST_LENGTH> hash{};
        ::SHA1(reinterpret_cast<const unsigned char*>(digest.data()), digest.size(), hash.data());
        std::array<unsigned char, 64> text{};
        const int size = ::EVP_EncodeBlock(text.data(), hash.data(), static_cast<int>(hash.size()));
        connection_.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                         "Sec-WebSocket-Accept: " +
                         std::string(reinterpret_cast<const char*>(text.data()), static_cast<std::size_t>(size)) +
                         "\r\n\r\n");
    }

    // Up to 65535 bytes; 0x81 is a whole text, 0x01 and 0x80 its first and last part, 0x88 a close, 0x89 a ping.
    void send_frame(unsigned char kind, const std::string& content)
    {
        std::string frame{static_cast<char>(kind)};
        if (content.size() < 126) {
            frame += static_cast<char>(content.size());
        } else {
            frame += '\x7e';
            frame += static_cast<char>(content.size() >> 8);
            frame += static_cast<char>(content.size() & 0xff);
        }
        connection_.send(frame + content);
    }
    void send_close(std::uint16_t code, const std::string& reason)
    {
        send_frame(0x88, std::string{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)} + reason);
    }

    struct Frame {
        int kind = 0; // 0 when the client has gone
        std::string content;
    };
    Frame read_frame()
    {
        const auto head = read(2);
        if (head.size() < 2)
            return {};
        auto size = static_cast<std::size_t>(static_cast<unsigned char>(head[1]) & 0x7f);
        if (size == 126) {
            const auto more = read(2);
            size = static_cast<std::size_t>(static_cast<unsigned char>(more[0])) << 8 |
                   static_cast<unsigned char>(more[1]);
        }
        const auto mask = read(4);
        auto content = read(size);
        for (std::size_t i = 0; i < content.size(); ++i)
            content[i] = static_cast<char>(content[i] ^ mask[i % 4]);
        return {static_cast<unsigned char>(head[0]) & 0x0f, content};
    }

    const std::string& request() const { return request_; }

private:
    std::string read(std::size_t size)
    {
        std::string bytes(size, '\0');
        std::size_t have = 0;
        while (have < size) {
            const auto got = ::recv(connection_.descriptor(), bytes.data() + have, size - have, 0);
            if (got <= 0)
                return {};
            have += static_cast<std::size_t>(got);
        }
        return bytes;
    }

    PeerConnection& connection_;
    std::string request_;
};

ScriptedPeer::Script accepting(std::function<void(WebSocketPeer&)> talk)
{
    return [talk = std::move(talk)](PeerConnection& connection) {
        WebSocketPeer peer{connection};
        peer.accept();
        talk(peer);
    };
}

WebSocketOptions to(const ScriptedPeer& server, std::string_view path = "/?v=10")
{
    WebSocketOptions options;
    options.url = "ws" + server.url(path).substr(4);
    options.user_agent = "a test";
    options.connect_timeout = 5s;
    return options;
}

std::string next_text(WebSocket& socket)
{
    auto event = socket.next(Clock::now() + 5s);
    const auto* message = std::get_if<WebSocketMessage>(&event);
    return message != nullptr ? message->text : "(no message)";
}

WebSocketClosed next_close(WebSocket& socket)
{
    auto event = socket.next(Clock::now() + 5s);
    REQUIRE(std::holds_alternative<WebSocketClosed>(event));
    return std::get<WebSocketClosed>(event);
}

} // namespace

TEST_CASE("messages go both ways, whole, in parts, long, and around a ping", "[net][websocket]")
{
    const std::string longer(60'000, 'x');
    std::promise<std::string> request;
    std::promise<std::string> received;
    ScriptedPeer server{{accepting([&](WebSocketPeer& peer) {
        request.set_value(peer.request());
        peer.send_frame(0x81, "one");
        peer.send_frame(0x01, "tw");
        peer.send_frame(0x89, "ping");
        peer.send_frame(0x80, "o");
        peer.send_frame(0x81, longer);
        WebSocketPeer::Frame frame = peer.read_frame();
        if (frame.kind == 10) // the pong
            frame = peer.read_frame();
        received.set_value(frame.content);
    })}};
    const auto socket = WebSocket::connect(to(server), {}).value();

    CHECK(next_text(*socket) == "one");
    CHECK(next_text(*socket) == "two");
    CHECK(next_text(*socket) == longer);
    REQUIRE(socket->send(R"({"op":1})").has_value());

    CHECK(received.get_future().get() == R"({"op":1})");
    const auto head = request.get_future().get();
    CHECK(head.find("GET /?v=10 HTTP/1.1") == 0);
    CHECK(head.find("User-Agent: a test") != std::string::npos);
}

TEST_CASE("the peer's close code and reason are told, for as long as one asks", "[net][websocket]")
{
    ScriptedPeer server{{accepting([](WebSocketPeer& peer) {
        peer.send_close(4004, "Authentication failed.");
        peer.read_frame();
    })}};
    const auto socket = WebSocket::connect(to(server), {}).value();

    for (int i = 0; i < 2; ++i) {
        const auto closed = next_close(*socket);
        CHECK(closed.code == 4004);
        CHECK(closed.reason == "Authentication failed.");
    }
    CHECK_FALSE(socket->send("too late").has_value());
}

TEST_CASE("the peer's close code counts also when it hangs up before our answer to it", "[net][websocket]")
{
    std::promise<void> gone;
    ScriptedPeer server{{[&](PeerConnection& connection) {
        WebSocketPeer peer{connection};
        peer.accept();
        peer.send_close(4007, "Invalid seq.");
        connection.reset();
        gone.set_value();
    }}};
    const auto socket = WebSocket::connect(to(server), {}).value();
    gone.get_future().get();

    CHECK(next_close(*socket).code == 4007);
}

TEST_CASE("our own close code arrives, also while a read is under way", "[net][websocket]")
{
    std::promise<WebSocketPeer::Frame> closed;
    ScriptedPeer server{{accepting([&](WebSocketPeer& peer) {
        const auto frame = peer.read_frame();
        closed.set_value(frame);
        peer.send_frame(0x88, frame.content);
    })}};
    const auto socket = WebSocket::connect(to(server), {}).value();
    CHECK(std::holds_alternative<WebSocketIdle>(socket->next(Clock::now() + 1ms)));

    socket->close(4000, "restarting");

    const auto frame = closed.get_future().get();
    CHECK(frame.kind == 8);
    CHECK(frame.content == std::string{"\x0f\xa0"
                                       "restarting"});
    CHECK(std::holds_alternative<WebSocketClosed>(socket->next(Clock::now() + 5s)));
}

TEST_CASE("a close is not waited for longer than it may take", "[net][websocket]")
{
    std::promise<void> over;
    ScriptedPeer server{{accepting([future = over.get_future().share()](WebSocketPeer&) { future.wait(); })}};
    auto options = to(server);
    options.close_timeout = 50ms;
    const auto socket = WebSocket::connect(options, {}).value();
    socket->close(4000, "");
    CHECK(next_close(*socket).code == 0);
    over.set_value();
}

TEST_CASE("a connection that is lost has no code", "[net][websocket]")
{
    ScriptedPeer server{{[](PeerConnection& connection) {
        WebSocketPeer{connection}.accept();
        connection.reset();
    }}};
    const auto socket = WebSocket::connect(to(server), {}).value();
    CHECK(next_close(*socket).code == 0);
}

TEST_CASE("a wait that ends early loses nothing, and another thread may end it", "[net][websocket]")
{
    std::promise<void> go;
    ScriptedPeer server{{accepting([future = go.get_future().share()](WebSocketPeer& peer) {
        peer.send_frame(0x01, "first half, ");
        future.wait();
        peer.send_frame(0x80, "second half");
        peer.read_frame();
    })}};
    const auto socket = WebSocket::connect(to(server), {}).value();

    CHECK(std::holds_alternative<WebSocketIdle>(socket->next(Clock::now() + 20ms)));
    std::thread other{[&] { socket->wake(); }};
    CHECK(std::holds_alternative<WebSocketIdle>(socket->next(Clock::now() + 60s)));
    other.join();
    go.set_value();

    CHECK(next_text(*socket) == "first half, second half");
}

TEST_CASE("a message above the limit ends the connection", "[net][websocket]")
{
    ScriptedPeer server{{accepting([](WebSocketPeer& peer) {
        peer.send_frame(0x81, std::string(2'000, 'x'));
        peer.read_frame();
    })}};
    auto options = to(server);
    options.max_message_bytes = 1'000;
    const auto socket = WebSocket::connect(options, {}).value();
    CHECK(next_close(*socket).code == 0);
}

TEST_CASE("an upgrade that is refused names the answer", "[net][websocket]")
{
    ScriptedPeer server{{[](PeerConnection& connection) {
        connection.request();
        connection.send("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
    }}};
    const auto socket = WebSocket::connect(to(server), {});
    REQUIRE(socket.has_error());
    CHECK(socket.error().kind == ErrorKind::unavailable);
    CHECK(socket.error().detail.find("HTTP 503") != std::string::npos);
}

TEST_CASE("connecting has an end: by time, by a stop, or because nobody is there", "[net][websocket]")
{
    std::promise<void> over;
    const auto silent = [future = over.get_future().share()](PeerConnection&) { future.wait(); };
    ScriptedPeer server{{silent}};
    auto options = to(server);

    SECTION("by time")
    {
        options.connect_timeout = 50ms;
        CHECK(WebSocket::connect(options, {}).error().kind == ErrorKind::unavailable);
    }
    SECTION("by a stop")
    {
        options.connect_timeout = 60s;
        std::stop_source source;
        std::thread other{[&] { source.request_stop(); }};
        CHECK(WebSocket::connect(options, source.get_token()).error().detail.find("stopping") != std::string::npos);
        other.join();
    }
    SECTION("nobody is there")
    {
        options.url = "ws://127.0.0.1:" + std::to_string(closed_port());
        CHECK(WebSocket::connect(options, {}).error().kind == ErrorKind::unavailable);
    }
    SECTION("no such URL")
    {
        options.url = "http://127.0.0.1/";
        CHECK(WebSocket::connect(options, {}).error().kind == ErrorKind::invalid_input);
    }
    over.set_value();
}

TEST_CASE("over TLS the certificate has to be trusted and be the host's", "[net][websocket]")
{
    const auto outcome = [](const ThrowawayCertificate& certificate, bool trusted) {
        ScriptedPeer server{{certificate.answer(1)}};
        WebSocketOptions options;
        options.url = "wss://localhost:" + std::to_string(server.port()) + "/";
        options.extra_ca_file = trusted ? certificate.ca_file() : "";
        options.connect_timeout = 5s;
        return WebSocket::connect(options, {}).error().detail;
    };
    const ThrowawayCertificate ours{"DNS:localhost"};
    const ThrowawayCertificate others{"DNS:elsewhere.example"};

    // The server behind it speaks plain HTTP, so a handshake that succeeds gets as far as the upgrade.
    CHECK(outcome(ours, true).find("HTTP 200") != std::string::npos);
    CHECK(outcome(ours, false).find("certificate") != std::string::npos);
    CHECK(outcome(others, true).find("certificate") != std::string::npos);
}
