#pragma once

#include <chrono>

namespace ciclo::rabbitmq {

// How long to wait before the next connection: 0.1 s growing to 5 s, with jitter, so that all services
// of a broker that comes back do not arrive in the same instant.
class Backoff {
public:
    std::chrono::milliseconds next();
    // A connection that held for a while starts the row again; one that broke at once continues it.
    void connection_lasted(std::chrono::steady_clock::duration lifetime) noexcept;

private:
    std::chrono::milliseconds ceiling_{100};
};

} // namespace ciclo::rabbitmq
