#include "desk.hpp"

#include "core/log.hpp"
#include "postgres/session.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <utility>

namespace ciclo::admin {

namespace asio = boost::asio;
using net::HttpResponse;

namespace {

constexpr int worker_count = 4;
constexpr std::size_t most_waiting = 256;
// Whoever asks has given up by then.
constexpr std::chrono::seconds statement_limit{10};
// An idle worker looks so often whether the database is there: /readyz is truthful, and a connection that a restart
// of the server has cut is replaced before somebody needs it.
constexpr std::chrono::seconds look_interval{2};
constexpr const char* look_sql = "SELECT";

HttpResponse come_again()
{
    auto answer = net::problem(503, "Service Unavailable", "The database does not follow. Try again in a moment.");
    answer.headers.push_back(net::Header{"Retry-After", "2"});
    return answer;
}

HttpResponse broken()
{
    return net::problem(500, "Internal Server Error", "The request could not be processed. The log tells why.");
}

void look(postgres::Session& session)
{
    try {
        session.connection().execute(look_sql);
    } catch (const postgres::Failure& failure) {
        session.after(failure);
        log::warning("PostgreSQL is away; requests are answered 503 until it is back", {{"error", failure.what()}});
    }
}

HttpResponse attempt(postgres::Session& session, const Desk::Task& task, bool may_repeat)
{
    try {
        return task(session.connection());
    } catch (const postgres::Failure& failure) {
        session.after(failure);
        if (failure.is_conflict() && may_repeat)
            return attempt(session, task, false);
        log::error("a request met a failure of the database", {{"error", failure.what()}});
        return failure.is_unavailable() || failure.is_conflict() ? come_again() : broken();
    } catch (const std::exception& failure) {
        log::error("a request failed", {{"error", failure.what()}});
        return broken();
    }
}

} // namespace

Desk::Desk(asio::io_context& io, std::string database_url, net::Metrics& metrics)
    : io_(io), database_url_(std::move(database_url)),
      waiting_gauge_(metrics.gauge("ciclo_admin_waiting", "Requests that wait for a worker"))
{
    for (int i = 0; i < worker_count; ++i)
        threads_.emplace_back([this] { work(); });
}

Desk::~Desk()
{
    {
        const std::lock_guard lock{mutex_};
        stopping_ = true;
    }
    arrived_.notify_all();
    threads_.clear();
}

bool Desk::submit(Job job)
{
    {
        const std::lock_guard lock{mutex_};
        if (stopping_ || waiting_.size() >= most_waiting)
            return false;
        waiting_.push_back(std::move(job));
        waiting_gauge_.set(static_cast<double>(waiting_.size()));
    }
    arrived_.notify_one();
    return true;
}

// False when nothing came for a while, or nothing will.
bool Desk::take(Job& job)
{
    std::unique_lock lock{mutex_};
    arrived_.wait_for(lock, look_interval, [this] { return stopping_ || !waiting_.empty(); });
    if (waiting_.empty())
        return false;
    job = std::move(waiting_.front());
    waiting_.pop_front();
    waiting_gauge_.set(static_cast<double>(waiting_.size()));
    return true;
}

bool Desk::is_stopping()
{
    const std::lock_guard lock{mutex_};
    return stopping_;
}

void Desk::work()
{
    postgres::Session session{database_url_, "admin-api",
                              [](postgres::Connection& opened) { opened.limit_statements(statement_limit); }};
    bool was_connected = false;
    const auto note = [&] {
        if (session.connected() != was_connected)
            connected_ += was_connected ? -1 : 1;
        was_connected = session.connected();
    };
    look(session);
    note();
    while (true) {
        Job job;
        if (!take(job)) {
            if (is_stopping())
                return;
            look(session);
            note();
            continue;
        }
        auto answer = attempt(session, job.task, true);
        note();
        job.done(std::move(answer));
    }
}

asio::awaitable<HttpResponse> Desk::run(Task task)
{
    auto start = [this, &task](auto handler) {
        // std::function wants to copy; a continuation can only be moved.
        auto resume = std::make_shared<decltype(handler)>(std::move(handler));
        Job job{std::move(task), [&io = io_, resume](HttpResponse answer) {
                    asio::post(
                        io, [resume, answer = std::move(answer)]() mutable { std::move (*resume)(std::move(answer)); });
                }};
        if (!submit(std::move(job)))
            asio::post(io_, [resume] { std::move (*resume)(come_again()); });
    };
    auto token = asio::use_awaitable;
    co_return co_await asio::async_initiate<decltype(token), void(HttpResponse)>(start, token);
}

} // namespace ciclo::admin
