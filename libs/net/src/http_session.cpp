#include "http_session.hpp"

#include "core/log.hpp"
#include "net/body_stream.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace ciclo::net {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using boost::system::error_code;

namespace {

// How long a client that is still sending gets to notice our answer; closing at once would make its
// kernel throw the answer away.
constexpr auto linger_after_refusal = 5s;
constexpr auto linger_after_answer = 250ms;

constexpr std::string_view continue_line = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::string_view no_body;

std::string address_of(const asio::ip::tcp::socket& socket)
{
    error_code failure;
    const auto address = socket.remote_endpoint(failure).address();
    if (failure)
        return {};
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
    return address.to_string();
}

} // namespace

HttpSession::HttpSession(tcp::socket socket, SessionContext& context)
    : socket_(std::move(socket)), context_(context), remote_address_(address_of(socket_)),
      buffer_(context.limits.max_header_bytes + 4096),
      reader_(context.limits.max_header_bytes, context.limits.max_body_bytes)
{
    error_code ignored; // a connection that is gone already fails on its first read
    socket_.set_option(tcp::no_delay{true}, ignored);
    socket_.non_blocking(true, ignored);
}

asio::awaitable<void> HttpSession::run()
{
    bool more = true;
    while (more)
        more = co_await serve_one();
    close();
}

asio::awaitable<bool> HttpSession::serve_one()
{
    const bool complete = co_await read_request();
    if (!complete)
        co_return false;
    RequestReader::Request request = reader_.take();
    request.message.remote_address = remote_address_;
    request.message.received_at = now();
    const bool is_head = request.message.method == "HEAD";
    const HttpResponse response = co_await answer(std::move(request.message));

    const bool keep_alive = request.keep_alive && !context_.stopping && !response.stream;
    const auto connection = !keep_alive        ? Connection::close
                            : request.http_1_0 ? Connection::keep_alive
                                               : Connection::as_usual;
    write_response_head(head_, response, connection, context_.date.text());
    const std::string_view body = is_head || !may_have_body(response.status) ? no_body : response.body;
    bool written = co_await write(head_, body);
    if (written && response.stream && !is_head)
        written = co_await write_parts(*response.stream);
    if (written && !keep_alive)
        co_await linger(linger_after_answer);
    co_return written&& keep_alive;
}

// False when the connection is over: closed by the client or by a deadline, or refused with an answer.
asio::awaitable<bool> HttpSession::read_request()
{
    const auto& limits = context_.limits;
    deadline_ = Clock::now() + (first_request_ ? limits.header_timeout : limits.idle_timeout);
    bool started = false;
    bool in_body = false;
    for (;;) {
        if (!buffer_.empty()) {
            if (!std::exchange(started, true))
                deadline_ = Clock::now() + limits.header_timeout;
            const auto progress = reader_.put(buffer_);
            if (progress == RequestReader::Progress::refused) {
                HttpResponse refusal = reader_.refusal();
                co_await respond_and_close(std::move(refusal), linger_after_refusal);
                co_return false;
            }
            if (progress == RequestReader::Progress::complete)
                break;
            if (!in_body && reader_.header_complete()) {
                in_body = true;
                deadline_ = Clock::now() + limits.body_timeout;
                if (reader_.wants_continue())
                    co_await write(continue_line, no_body);
            }
        }
        idle_ = !started;
        const auto room = buffer_.room();
        error_code failure;
        const auto size = co_await socket_.async_read_some(asio::buffer(room.data(), room.size()),
                                                           asio::redirect_error(asio::use_awaitable, failure));
        idle_ = false;
        if (failure)
            co_return false;
        buffer_.commit(size);
    }
    first_request_ = false;
    deadline_ = Clock::time_point::max(); // a handler bounds its own time
    co_return true;
}

asio::awaitable<HttpResponse> HttpSession::answer(HttpRequest request)
{
    try {
        auto answering = context_.handler(std::move(request));
        HttpResponse response = co_await std::move(answering);
        co_return response;
    } catch (const std::exception& failure) {
        if (!cancelled_)
            log::error("request handler failed", {{"failure", failure.what()}});
    } catch (...) {
        log::error("request handler failed with an unknown exception");
    }
    co_return problem(500, "Internal Server Error", "The request could not be processed.");
}

asio::awaitable<bool> HttpSession::write(std::string_view head, std::string_view body)
{
    std::array<asio::const_buffer, 2> parts{asio::buffer(head), asio::buffer(body)};
    const std::size_t size = head.size() + body.size();
    error_code failure;
    const std::size_t written = socket_.write_some(parts, failure); // almost always everything, in one system call
    if (failure && failure != asio::error::would_block)
        co_return false;
    if (written == size)
        co_return true;

    const std::size_t of_head = std::min(written, head.size());
    parts.front() += of_head;
    parts.back() += written - of_head;
    const auto deadline_before = std::exchange(deadline_, Clock::now() + context_.limits.write_timeout);
    co_await asio::async_write(socket_, parts, asio::redirect_error(asio::use_awaitable, failure));
    deadline_ = deadline_before;
    co_return !failure;
}

asio::awaitable<bool> HttpSession::write_parts(BodyStream& stream)
{
    bool written = true;
    while (written) {
        const std::optional<std::string> part = co_await stream.next();
        if (!part)
            break;
        written = co_await write(*part, no_body);
    }
    co_return written;
}

asio::awaitable<void> HttpSession::respond_and_close(HttpResponse response, Clock::duration linger_time)
{
    write_response_head(head_, response, Connection::close, context_.date.text());
    const bool written = co_await write(head_, response.body);
    if (written)
        co_await linger(linger_time);
}

asio::awaitable<void> HttpSession::turn_away()
{
    auto response = problem(503, "Service Unavailable", "There are too many connections. Try again later.");
    response.headers.push_back(Header{"Retry-After", "1"});
    co_await respond_and_close(std::move(response), linger_after_answer);
    close();
}

// Ends our side, then waits for the client to end its own while dropping what it still sends.
asio::awaitable<void> HttpSession::linger(Clock::duration at_most)
{
    error_code failure;
    socket_.shutdown(tcp::socket::shutdown_send, failure);
    deadline_ = Clock::now() + at_most;
    while (!failure) {
        buffer_.clear();
        const auto room = buffer_.room();
        co_await socket_.async_read_some(asio::buffer(room.data(), room.size()),
                                         asio::redirect_error(asio::use_awaitable, failure));
    }
}

void HttpSession::close_if_late(Clock::time_point now)
{
    if (now >= deadline_)
        close();
}

void HttpSession::close_if_idle()
{
    error_code failure;
    const bool nothing_arrived = socket_.available(failure) == 0;
    if (idle_ && nothing_arrived)
        close();
}

void HttpSession::cancel()
{
    cancelled_ = true;
    close();
    cancellation_.emit(asio::cancellation_type::terminal);
}

void HttpSession::close()
{
    error_code ignored;
    socket_.close(ignored);
}

} // namespace ciclo::net
