#include "event_batcher.hpp"

#include "contracts/hotmart_event_received.hpp"
#include "core/log.hpp"
#include "model/stores/alert_store.hpp"

#include <chrono>
#include <utility>

namespace ciclo::gateway {

namespace {

using namespace std::chrono_literals;
using model::NewWebhookEvent;

// A statement that takes longer has lost its sender already.
constexpr auto statement_limit = 1500ms;

std::size_t bytes_of(const Submission& submission)
{
    if (const auto* event = std::get_if<NewWebhookEvent>(&submission.what))
        return event->payload.size();
    if (const auto* rejected = std::get_if<model::RejectedWebhook>(&submission.what))
        return rejected->body.size();
    return 0;
}

bool is_event(const Submission& submission)
{
    return std::holds_alternative<NewWebhookEvent>(submission.what);
}

void answer_all(std::vector<Submission>& batch, const Error& error)
{
    for (Submission& submission : batch)
        if (submission.done)
            submission.done(error);
}

} // namespace

EventBatcher::EventBatcher(std::string database_url, rabbitmq::Publisher& publisher, net::Metrics& metrics,
                           Limits limits)
    : limits_(limits), session_(std::move(database_url), "webhook-gateway",
                                [](postgres::Connection& opened) { opened.limit_statements(statement_limit); }),
      publisher_(publisher),
      batch_seconds_(metrics.histogram("ciclo_gateway_commit_seconds", "Time to insert and commit one batch",
                                       {0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2})),
      batches_(metrics.counter("ciclo_gateway_batches_total", "Batches committed")),
      waiting_gauge_(metrics.gauge("ciclo_gateway_waiting", "Deliveries that wait for their commit")),
      thread_([this] { run(); })
{
}

EventBatcher::~EventBatcher()
{
    {
        const std::lock_guard lock{mutex_};
        stopping_ = true;
    }
    arrived_.notify_all();
    thread_.join();
}

bool EventBatcher::submit(Submission submission)
{
    const std::size_t bytes = bytes_of(submission);
    {
        const std::lock_guard lock{mutex_};
        if (waiting_.size() >= limits_.waiting || waiting_bytes_ + bytes > limits_.waiting_bytes)
            return false;
        waiting_bytes_ += bytes;
        waiting_.push_back(std::move(submission));
    }
    arrived_.notify_one();
    return true;
}

std::vector<Submission> EventBatcher::next_batch()
{
    std::unique_lock lock{mutex_};
    arrived_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    std::vector<Submission> batch;
    while (!waiting_.empty() && batch.size() < limits_.batch) {
        waiting_bytes_ -= bytes_of(waiting_.front());
        batch.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
    }
    return batch;
}

void EventBatcher::run()
{
    // Connecting now makes the first delivery as quick as the others, and /readyz truthful.
    try {
        (void)session_.connection();
    } catch (const postgres::Failure& failure) {
        log::warning("PostgreSQL is away; deliveries are answered 503 until it is back", {{"error", failure.what()}});
    }
    while (true) {
        std::vector<Submission> batch = next_batch();
        if (batch.empty())
            return;
        try {
            store(batch);
        } catch (const postgres::Failure& failure) {
            session_.after(failure);
            log::error("a batch could not be stored", {{"error", failure.what()}, {"size", batch.size()}});
            answer_all(batch, failure.to_error());
        } catch (const std::exception& failure) {
            log::error("a batch could not be stored", {{"error", failure.what()}, {"size", batch.size()}});
            answer_all(batch, Error{ErrorKind::internal, failure.what(), {}});
        }
    }
}

void EventBatcher::store(std::vector<Submission>& batch)
{
    const auto began = std::chrono::steady_clock::now();
    try {
        store_events(batch);
    } catch (const postgres::Failure& failure) {
        // One delivery that PostgreSQL cannot store must not refuse the others.
        if (failure.is_unavailable() || failure.is_conflict())
            throw;
        for (Submission& submission : batch)
            if (is_event(submission))
                store_one(submission);
    }
    for (Submission& submission : batch)
        if (!is_event(submission))
            store_one(submission);
    batches_.increment();
    batch_seconds_.observe(std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
    const std::lock_guard lock{mutex_};
    waiting_gauge_.set(static_cast<double>(waiting_.size()));
}

void EventBatcher::store_events(std::vector<Submission>& batch)
{
    std::vector<NewWebhookEvent> events;
    for (Submission& submission : batch)
        if (auto* event = std::get_if<NewWebhookEvent>(&submission.what))
            events.push_back(std::move(*event));
    if (events.empty())
        return;
    std::set<std::string> inserted;
    try {
        inserted = model::insert_webhook_events(session_.connection(), events);
    } catch (...) {
        auto next = events.begin();
        for (Submission& submission : batch)
            if (auto* event = std::get_if<NewWebhookEvent>(&submission.what))
                *event = std::move(*next++);
        throw;
    }
    // Committed: ring first, so that the worker is not behind the sender.
    ring({inserted.begin(), inserted.end()});
    auto event = events.begin();
    for (Submission& submission : batch) {
        if (!is_event(submission))
            continue;
        // The same event twice in one batch: the first is the one that was stored.
        const bool is_new = inserted.erase(event->id) == 1;
        if (is_new)
            log::info("webhook stored", {{"correlation_id", event->id}, {"event", event->event_type}});
        submission.done(is_new ? Stored::accepted : Stored::duplicate);
        submission.done = nullptr;
        ++event;
    }
}

void EventBatcher::store_one(Submission& submission)
{
    if (!submission.done && !std::holds_alternative<RefusedToken>(submission.what))
        return;
    Result<Stored> outcome = Stored::accepted;
    try {
        auto& connection = session_.connection();
        if (auto* event = std::get_if<NewWebhookEvent>(&submission.what)) {
            const auto inserted = model::insert_webhook_events(connection, {event, 1});
            ring({inserted.begin(), inserted.end()});
            outcome = inserted.empty() ? Stored::duplicate : Stored::accepted;
        } else if (auto* rejected = std::get_if<model::RejectedWebhook>(&submission.what)) {
            model::insert_rejected_webhook(connection, *rejected);
        } else {
            model::note_refused_hottok(connection);
        }
    } catch (const postgres::Failure& failure) {
        if (failure.is_unavailable())
            throw;
        session_.after(failure);
        outcome = failure.to_error();
    }
    if (submission.done)
        submission.done(outcome);
    submission.done = nullptr;
}

void EventBatcher::ring(const std::vector<std::string>& event_ids)
{
    std::vector<rabbitmq::Message> bells;
    bells.reserve(event_ids.size());
    for (const auto& id : event_ids)
        bells.push_back(rabbitmq::message_of(contracts::HotmartEventReceived{id, id}));
    publisher_.publish(std::move(bells));
}

} // namespace ciclo::gateway
