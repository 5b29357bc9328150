#pragma once

#include "connection.hpp"
#include "delivery.hpp"
#include "latencies.hpp"
#include "options.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace ciclo::bench {

struct Figures {
    std::uint64_t accepted = 0;
    std::uint64_t errors = 0;                // other answers, broken connections, no answer at the end
    std::chrono::duration<double> elapsed{}; // from the first request to the last answer
    Latencies latencies;                     // of the accepted ones
};

// Closed loop: every connection sends its next request as soon as the last one was answered.
// Open loop: requests are due at fixed times whatever happens to the others, and their latency counts
// from then, so that a stall of the gateway shows in all requests that had to wait for it.
class Load {
public:
    explicit Load(const Options& options);
    ~Load();
    Load(const Load&) = delete;
    Load& operator=(const Load&) = delete;

    Figures run();

private:
    using ConnectionPtr = std::unique_ptr<Connection>;

    void connect(std::size_t index);
    void send(std::size_t index, Moment since);
    void send_what_is_due(Moment present);
    void handle(std::size_t index);
    void answered(std::size_t index, Moment present);
    void broken(std::size_t index);
    bool is_over(Moment present) const;
    void wait();
    Moment due(std::uint64_t number) const;

    Options options_;
    DeliveryMaker maker_;
    int poll_;
    int timer_;
    std::vector<ConnectionPtr> connections_;
    std::vector<std::size_t> idle_;
    std::uint64_t sent_ = 0;
    Moment start_;
    Moment end_;
    Figures figures_;
};

} // namespace ciclo::bench
