#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

namespace ciclo::bench {

class Latencies {
public:
    void reserve(std::size_t count) { all_.reserve(count); }
    void add(std::chrono::nanoseconds latency) { all_.push_back(latency); }

    // In milliseconds; `share` in [0, 1]. 0 when there are none.
    double percentile(double share);

private:
    std::vector<std::chrono::nanoseconds> all_;
};

} // namespace ciclo::bench
