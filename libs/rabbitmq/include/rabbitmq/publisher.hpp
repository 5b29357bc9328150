#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace ciclo::rabbitmq {

// A bell for one queue of the topology: ids, never state.
struct Message {
    std::string queue;
    std::string type; // "hotmart.event_received.v1": names the schema of the body
    std::string body; // JSON
    std::string correlation_id;
};

// The message of a contract (see libs/contracts): anything with queue, type, encode() and correlation_id.
template <class Contract>
Message message_of(const Contract& contract)
{
    return Message{std::string{Contract::queue}, std::string{Contract::type}, contract.encode(),
                   contract.correlation_id};
}

// Hands messages to the broker from a thread of its own: persistent, mandatory, with publisher confirms.
// The broker may be away for any time: the publisher connects again by itself and publishes again what
// was not confirmed, so a message can arrive twice. All methods may be called from any thread.
//
// A message may also be lost: when the buffer is full (`dropped`), when its queue does not exist
// (`returned`), or when the process dies. The rows in PostgreSQL are rung again, so nothing depends on it.
class Publisher {
public:
    // Returns at once, connected or not. `buffer_limit` counts the messages that are not confirmed yet.
    // Throws std::invalid_argument when the URL is none (amqp://user:password@host:port/vhost).
    explicit Publisher(std::string amqp_url, std::size_t buffer_limit = 100'000);
    // Waits up to two seconds for the confirms that are missing.
    ~Publisher();
    Publisher(const Publisher&) = delete;
    Publisher& operator=(const Publisher&) = delete;

    // Never waits for the network: the message is buffered, or dropped and counted.
    void publish(Message message) noexcept;
    void publish(std::vector<Message> messages) noexcept;

    bool connected() const noexcept;

    struct Counters {
        std::uint64_t published = 0;  // written to a connection, repetitions included
        std::uint64_t confirmed = 0;  // the broker has it in its queue
        std::uint64_t dropped = 0;    // the buffer was full
        std::uint64_t returned = 0;   // the broker has no such queue
        std::uint64_t reconnects = 0; // connections made after the first
    };
    Counters counters() const noexcept;

    // True as soon as nothing is left to confirm, false when that takes longer than `patience`.
    bool flush(std::chrono::milliseconds patience);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace ciclo::rabbitmq
