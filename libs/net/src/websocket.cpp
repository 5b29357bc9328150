#include "net/websocket.hpp"

#include "net/url.hpp"
#include "resolve.hpp"
#include "tls_channel.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>

#include <algorithm>
#include <cstring>
#include <optional>
#include <type_traits>

namespace ciclo::net {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

using PlainStream = tcp::socket;
using TlsStream = asio::ssl::stream<tcp::socket>;

tcp::endpoint endpoint_of(const SocketAddress& address)
{
    tcp::endpoint endpoint;
    std::memcpy(endpoint.data(), &address.storage, std::min<std::size_t>(address.size, endpoint.capacity()));
    endpoint.resize(address.size);
    return endpoint;
}

bool is_name(const std::string& host)
{
    error_code failure;
    asio::ip::make_address(host, failure);
    return failure.failed();
}

// Asynchronous inside, blocking outside: each step starts an operation and runs this connection's own
// io_context until it has ended or its deadline is over. So a read can stay under way while we write,
// and a wait that ends early loses nothing.
template <class Stream>
class Connection final : public WebSocket {
public:
    template <class... Arguments>
    explicit Connection(const WebSocketOptions& options, Arguments&... arguments)
        : options_(options), stream_(io_, arguments...)
    {
        stream_.read_message_max(options.max_message_bytes);
        stream_.set_option(
            websocket::stream_base::decorator([agent = options.user_agent](websocket::request_type& request) {
                request.set(beast::http::field::user_agent, agent);
            }));
    }

    Result<void> open(const Url& url, Deadline deadline, const std::stop_token& stop)
    {
        const std::stop_callback interrupt{stop, [this] { wake(); }};
        const auto addresses = resolve(url.host, url.port, deadline);
        if (!addresses)
            return addresses.error();
        Result<void> step = Error{ErrorKind::unavailable, "the name has no address"};
        for (std::size_t i = 0; i < addresses->size() && !step; ++i) {
            const auto share = (deadline - Clock::now()) / static_cast<int>(addresses->size() - i);
            const auto endpoint = endpoint_of((*addresses)[i]);
            step = finish("connecting", Clock::now() + share, stop,
                          [&](auto done) { socket().async_connect(endpoint, std::move(done)); });
        }
        if (!step)
            return step;
        error_code ignored;
        socket().set_option(tcp::no_delay{true}, ignored);
        if constexpr (std::is_same_v<Stream, TlsStream>) {
            auto& tls = stream_.next_layer();
            if (is_name(url.host))
                SSL_set_tlsext_host_name(tls.native_handle(), url.host.c_str());
            tls.set_verify_callback(asio::ssl::host_name_verification{url.host});
            step = finish("the TLS handshake", deadline, stop,
                          [&](auto done) { tls.async_handshake(asio::ssl::stream_base::client, std::move(done)); });
            if (!step)
                return step;
        }
        websocket::response_type answer;
        bool is_declined = false;
        step = finish("the WebSocket upgrade", deadline, stop, [&](auto done) {
            stream_.async_handshake(answer, url.host_header(), url.target,
                                    [&is_declined, done = std::move(done)](error_code failure) mutable {
                                        is_declined = failure == websocket::error::upgrade_declined;
                                        done(failure);
                                    });
        });
        if (is_declined)
            return Error{ErrorKind::unavailable, "answered HTTP " + std::to_string(answer.result_int())};
        return step;
    }

    WebSocketEvent next(Clock::time_point until) override
    {
        if (!reading_ && !message_ && !closed_)
            start_reading();
        while (!message_ && !closed_) {
            if (woken_) {
                woken_ = false;
                return WebSocketIdle{};
            }
            if (!run_one(until))
                return WebSocketIdle{};
        }
        if (!message_)
            return *closed_;
        WebSocketMessage message{std::move(*message_)};
        message_.reset();
        return message;
    }

    Result<void> send(std::string_view text) override
    {
        if (closed_)
            return Error{ErrorKind::unavailable, "the WebSocket is closed"};
        stream_.text(true);
        return finish("writing", Clock::now() + options_.write_timeout, {}, [&](auto done) {
            stream_.async_write(asio::buffer(text),
                                [done = std::move(done)](error_code failure, std::size_t) mutable { done(failure); });
        });
    }

    void close(std::uint16_t code, std::string_view reason) override
    {
        if (!closed_) {
            websocket::close_reason why{code};
            why.reason = std::string{reason.substr(0, 120)};
            (void)finish("closing", Clock::now() + options_.close_timeout, {},
                         [&](auto done) { stream_.async_close(why, std::move(done)); });
        }
        shut();
        if (!closed_)
            closed_ = WebSocketClosed{0, "closed by us"};
    }

    void wake() noexcept override
    {
        asio::post(io_, [this] { woken_ = true; });
    }

private:
    tcp::socket& socket() { return beast::get_lowest_layer(stream_); }

    void shut()
    {
        error_code ignored;
        socket().close(ignored);
    }

    // One handler; false when none was ready before the deadline.
    bool run_one(Clock::time_point until)
    {
        if (io_.stopped())
            io_.restart();
        return io_.run_one_until(until) > 0;
    }

    // Closing the socket ends whatever is under way on it, so the operation has always ended on return.
    template <class Start>
    Result<void> finish(std::string_view what, Deadline deadline, const std::stop_token& stop, Start start)
    {
        std::optional<error_code> outcome;
        start([&outcome](error_code failure) { outcome = failure; });
        while (!outcome && !stop.stop_requested() && Clock::now() < deadline)
            run_one(deadline);
        if (outcome && !*outcome)
            return {};
        const bool ended = outcome.has_value();
        if (!ended) {
            shut();
            while (!outcome)
                run_one(Clock::now() + std::chrono::seconds{1});
        }
        const std::string why = ended ? outcome->message() : stop.stop_requested() ? "stopping" : "timed out";
        return Error{ErrorKind::unavailable, std::string{what} + ": " + why};
    }

    void start_reading()
    {
        reading_ = true;
        stream_.async_read(buffer_, [this](error_code failure, std::size_t) {
            reading_ = false;
            if (!failure) {
                message_ = beast::buffers_to_string(buffer_.data());
                buffer_.consume(buffer_.size());
            } else if (failure == websocket::error::closed || stream_.reason()) {
                // The peer may hang up right behind its close frame, before our answer to it: its code counts all the
                // same.
                closed_ = WebSocketClosed{stream_.reason().code, std::string{stream_.reason().reason.c_str()}};
            } else {
                closed_ = WebSocketClosed{0, failure.message()};
            }
        });
    }

    WebSocketOptions options_;
    asio::io_context io_{1}; // before the stream: it goes last, with the handlers that never ran
    websocket::stream<Stream> stream_;
    beast::flat_buffer buffer_;
    bool reading_ = false;
    bool woken_ = false;
    std::optional<std::string> message_;
    std::optional<WebSocketClosed> closed_;
};

// The context of libs/net's other clients, with the same trust; Asio takes a share of it.
asio::ssl::context shared_context(const TlsContext& context)
{
    SSL_CTX_up_ref(context.get());
    return asio::ssl::context{context.get()};
}

// parse_url() knows the schemes of HTTP, which the upgrade begins with.
std::string http_url(const std::string& url)
{
    if (url.starts_with("ws://"))
        return "http://" + url.substr(5);
    if (url.starts_with("wss://"))
        return "https://" + url.substr(6);
    return {};
}

template <class Stream, class... Arguments>
Result<std::unique_ptr<WebSocket>> connected(const WebSocketOptions& options, const Url& url,
                                             const std::stop_token& stop, Arguments&... arguments)
{
    auto connection = std::make_unique<Connection<Stream>>(options, arguments...);
    const auto opened = connection->open(url, Clock::now() + options.connect_timeout, stop);
    if (!opened)
        return Error{opened.error().kind, url.origin() + ": " + opened.error().detail};
    return std::unique_ptr<WebSocket>{std::move(connection)};
}

} // namespace

Result<std::unique_ptr<WebSocket>> WebSocket::connect(const WebSocketOptions& options, std::stop_token stop)
{
    const auto url = parse_url(http_url(options.url));
    if (!url)
        return url.error();
    if (url->scheme == "http")
        return connected<PlainStream>(options, *url, stop);
    const auto tls = TlsContext::create(options.extra_ca_file);
    if (!tls)
        return tls.error();
    auto context = shared_context(**tls);
    context.set_verify_mode(asio::ssl::verify_peer);
    return connected<TlsStream>(options, *url, stop, context);
}

} // namespace ciclo::net
