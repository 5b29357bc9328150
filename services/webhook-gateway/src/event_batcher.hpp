#pragma once

#include "core/result.hpp"
#include "model/stores/webhook_event_store.hpp"
#include "net/metrics.hpp"
#include "postgres/session.hpp"
#include "rabbitmq/publisher.hpp"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <variant>
#include <vector>

namespace ciclo::gateway {

enum class Stored { accepted, duplicate };

// A body that looked like Hotmart's came with a token that is not ours: an admin should know.
struct RefusedToken {};

// Something to commit before its sender is answered.
struct Submission {
    std::variant<model::NewWebhookEvent, model::RejectedWebhook, RefusedToken> what;
    std::function<void(Result<Stored>)> done; // runs on the batcher's thread
};

// Group commit: while one commit is under way the next batch fills, and everything that waits is
// written by one insert and one commit. No delay is added. After the commit the bells are rung.
class EventBatcher {
public:
    struct Limits {
        std::size_t waiting = 4096; // submissions; beyond, the sender is told to come again
        std::size_t waiting_bytes = 64 << 20;
        std::size_t batch = 512;
    };

    EventBatcher(std::string database_url, rabbitmq::Publisher& publisher, net::Metrics& metrics, Limits limits);
    ~EventBatcher(); // finishes what waits

    // False when the queue is full: `done` will not be called. From any thread.
    bool submit(Submission submission);

    bool connected() const noexcept { return session_.connected(); }

private:
    void run();
    std::vector<Submission> next_batch();
    void store(std::vector<Submission>& batch);
    void store_events(std::vector<Submission>& batch);
    void store_one(Submission& submission);
    void ring(const std::vector<std::string>& event_ids);

    Limits limits_;
    postgres::Session session_;
    rabbitmq::Publisher& publisher_;
    net::Histogram batch_seconds_;
    net::Counter batches_;
    net::Gauge waiting_gauge_;

    std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<Submission> waiting_;
    std::size_t waiting_bytes_ = 0;
    bool stopping_ = false;
    std::thread thread_;
};

} // namespace ciclo::gateway
