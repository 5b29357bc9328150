#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace ciclo::rabbitmq {

struct Delivery {
    std::uint64_t tag = 0; // counts from one on each connection
    std::string body;
    std::string correlation_id;
    std::string type;
    bool redelivered = false;
    std::uint64_t generation = 0; // the connection that it came on; answers to an older one are ignored
};

// Takes messages from one queue, for a plain loop on ONE thread (only connected() is for all threads):
//
//     while (!stop.stop_requested()) {
//         const auto bells = consumer.take(64, 1s, stop);
//         ...work, commit...
//         consumer.ack(bells);
//     }
//
// Delivery is at least once: what is not answered when the connection ends is delivered again, to
// somebody. A broker that is away is never an error here; take() connects again, with growing pauses.
// Heartbeats are served inside take(): a worker that stays away for over 20 s may lose its connection
// and have its messages delivered again.
class Consumer {
public:
    // Connects in the first take(). `prefetch` bounds the messages that are delivered and not answered.
    // Throws std::invalid_argument when the URL is none.
    Consumer(std::string amqp_url, std::string queue, std::uint16_t prefetch);
    ~Consumer();
    Consumer(const Consumer&) = delete;
    Consumer& operator=(const Consumer&) = delete;

    // Waits until a message is there, then takes what has arrived, up to `most`. Empty when nothing
    // came within `wait` or a stop was requested (a stop ends the wait at once).
    std::vector<Delivery> take(std::size_t most, std::chrono::milliseconds wait, std::stop_token stop);

    // Each delivery is answered once, in any order; further answers are ignored.
    void ack(const std::vector<Delivery>& deliveries);
    void reject(const Delivery& delivery); // to the dead letters
    // Back to the queue, for any consumer. Counts towards the delivery limit.
    void give_back(const Delivery& delivery);

    bool connected() const noexcept;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace ciclo::rabbitmq
