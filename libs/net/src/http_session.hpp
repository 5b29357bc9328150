#pragma once

#include "input_buffer.hpp"
#include "request_reader.hpp"
#include "response_head.hpp"

#include "net/http_server.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace ciclo::net {

// What the sessions of one server share.
struct SessionContext {
    HttpLimits limits;
    Handler handler;
    DateField date{};
    bool stopping = false;
};

// One connection: reads a request, answers it, and so on. Everything runs on the io_context's thread.
// Deadlines are plain time points that the server compares now and then: no timer operation per request.
class HttpSession {
public:
    using Clock = std::chrono::steady_clock;
    using tcp = boost::asio::ip::tcp;

    // The context must outlive the session.
    HttpSession(tcp::socket socket, SessionContext& context);

    boost::asio::awaitable<void> run();
    boost::asio::awaitable<void> turn_away(); // 503: there are too many connections already

    boost::asio::cancellation_slot cancellation_slot() noexcept { return cancellation_.slot(); }

    void close_if_late(Clock::time_point now);
    void close_if_idle();
    void cancel(); // also what the handler waits for

private:
    boost::asio::awaitable<bool> serve_one();
    boost::asio::awaitable<bool> read_request();
    boost::asio::awaitable<HttpResponse> answer(HttpRequest request);
    boost::asio::awaitable<bool> write(std::string_view head, std::string_view body);
    boost::asio::awaitable<bool> write_parts(BodyStream& stream);
    boost::asio::awaitable<void> respond_and_close(HttpResponse response, Clock::duration linger_time);
    boost::asio::awaitable<void> linger(Clock::duration at_most);
    void close();

    tcp::socket socket_;
    SessionContext& context_;
    boost::asio::cancellation_signal cancellation_{};
    std::string remote_address_;
    InputBuffer buffer_;
    RequestReader reader_;
    std::string head_{};
    Clock::time_point deadline_ = Clock::time_point::max();
    bool first_request_ = true;
    bool idle_ = false; // waiting for a request of which nothing has arrived
    bool cancelled_ = false;
};

} // namespace ciclo::net
