#pragma once

#include "event_batcher.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>

namespace boost::asio {
class io_context;
}

namespace ciclo::gateway {

// Lets a coroutine on the io_context wait for the batcher, for a bounded time. What is committed after
// its sender was told to come again is found as a duplicate then.
class Intake {
public:
    Intake(boost::asio::io_context& io, EventBatcher& batcher, std::chrono::milliseconds patience);
    ~Intake();

    // unavailable when the database does not follow or is away.
    boost::asio::awaitable<Result<Stored>> store(Submission submission);

    // Nobody waits for this one.
    void store_in_background(Submission submission);

    void stop(); // no further timeouts; on the io_context's thread

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace ciclo::gateway
