#pragma once

#include <atomic>
#include <cstdint>

namespace ciclo::rabbitmq {

// Written by the publisher's thread, read by any.
struct PublisherCounters {
    std::atomic<std::uint64_t> published{0};
    std::atomic<std::uint64_t> confirmed{0};
    std::atomic<std::uint64_t> returned{0};
    std::atomic<std::uint64_t> reconnects{0};
};

} // namespace ciclo::rabbitmq
