#include "job_stream.hpp"

#include "job_json.hpp"
#include "reception.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <utility>

namespace ciclo::admin {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr int most_listeners = 32;
constexpr auto look_interval = 1s;
// A client that went away is noticed by writing to it, and proxies close what is silent.
constexpr int looks_between_signs = 15;

std::string event_of(std::string_view json)
{
    return "event: jobs\ndata: " + std::string{json} + "\n\n";
}

} // namespace

class JobStream final : public net::BodyStream {
public:
    JobStream(JobStreams& streams, net::HttpRequest request, std::string first)
        : streams_(streams), request_(std::make_shared<net::HttpRequest>(std::move(request))), shown_(std::move(first)),
          timer_(streams.io_)
    {
        ++streams_.listeners_;
    }
    ~JobStream() override { --streams_.listeners_; }

    asio::awaitable<std::optional<std::string>> next() override;

private:
    JobStreams& streams_;
    std::shared_ptr<net::HttpRequest> request_;
    std::string shown_;
    asio::steady_timer timer_;
    int silent_looks_ = 0;
};

asio::awaitable<std::optional<std::string>> JobStream::next()
{
    while (!streams_.stopping_) {
        timer_.expires_after(look_interval);
        co_await timer_.async_wait(asio::use_awaitable);
        if (streams_.stopping_)
            break;
        // The token may have been taken back meanwhile.
        Desk::Task look = [request = request_](postgres::Connection& connection) {
            model::TokenOwner caller{"", model::TokenKind::personal, "", "", model::Role::student};
            if (auto refused = Reception::check_caller(connection, *request, model::Permission::look, caller))
                return *std::move(refused);
            return net::HttpResponse{200, "application/json", jobs_json(connection)};
        };
        auto looking = streams_.desk_.run(std::move(look));
        net::HttpResponse seen = co_await std::move(looking);
        if (seen.status == 401 || seen.status == 403)
            break;
        if (seen.status == 200 && seen.body != shown_) {
            shown_ = std::move(seen.body);
            silent_looks_ = 0;
            co_return event_of(shown_);
        }
        if (++silent_looks_ >= looks_between_signs) {
            silent_looks_ = 0;
            co_return ": nothing new\n\n";
        }
    }
    co_return std::nullopt;
}

net::HttpResponse JobStreams::open(net::HttpRequest request, std::string first)
{
    if (listeners_ >= most_listeners)
        return net::problem(503, "Service Unavailable", "Too many people watch the jobs. Ask GET /admin/jobs instead.");
    net::HttpResponse answer{200, "text/event-stream", "retry: 2000\n" + event_of(first)};
    answer.headers.push_back(net::Header{"X-Accel-Buffering", "no"});
    answer.stream = std::make_shared<JobStream>(*this, std::move(request), std::move(first));
    return answer;
}

} // namespace ciclo::admin
