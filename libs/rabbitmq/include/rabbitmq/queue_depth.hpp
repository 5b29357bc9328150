#pragma once

#include "core/result.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace ciclo::rabbitmq {

// Counts what waits in queues, on a connection that it keeps: the sweeper does not ring again while
// enough bells are waiting. One thread. Each question connects when needed and waits a few seconds at most.
class QueueInspector {
public:
    // Connects with the first question. Throws std::invalid_argument when the URL is none.
    explicit QueueInspector(std::string amqp_url);
    ~QueueInspector();
    QueueInspector(const QueueInspector&) = delete;
    QueueInspector& operator=(const QueueInspector&) = delete;

    // Messages ready in the queue; those delivered and not yet answered do not count.
    // not_found when the queue does not exist, unavailable when the broker cannot be asked.
    Result<std::uint64_t> messages_ready(std::string_view queue);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace ciclo::rabbitmq
