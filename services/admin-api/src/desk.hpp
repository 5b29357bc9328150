#pragma once

#include "net/http_message.hpp"
#include "net/metrics.hpp"
#include "postgres/connection.hpp"

#include <boost/asio/awaitable.hpp>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace ciclo::admin {

// A few threads, each with a connection of its own, do what blocks: coroutines on the io_context wait for them.
class Desk {
public:
    using Task = std::function<net::HttpResponse(postgres::Connection&)>;

    Desk(boost::asio::io_context& io, std::string database_url, net::Metrics& metrics);
    ~Desk(); // finishes what waits
    Desk(const Desk&) = delete;
    Desk& operator=(const Desk&) = delete;

    // The task's answer; 503 when the database is away or too much waits, 500 when the task throws anything else. A
    // task that met a conflict runs once more. On the io_context's thread.
    boost::asio::awaitable<net::HttpResponse> run(Task task);

    bool connected() const noexcept { return connected_ > 0; }

private:
    struct Job {
        Task task;
        std::function<void(net::HttpResponse)> done; // from the worker's thread
    };
    bool submit(Job job);
    bool take(Job& job);
    bool is_stopping();
    void work();

    boost::asio::io_context& io_;
    std::string database_url_;
    net::Gauge waiting_gauge_;
    std::atomic<int> connected_ = 0;

    std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<Job> waiting_;
    bool stopping_ = false;
    std::vector<std::jthread> threads_;
};

} // namespace ciclo::admin
