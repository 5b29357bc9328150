#include "latencies.hpp"

#include <algorithm>
#include <cmath>

namespace ciclo::bench {

double Latencies::percentile(double share)
{
    if (all_.empty())
        return 0;
    // The nearest rank: the smallest value that at least this share does not exceed.
    const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(all_.size())));
    const auto place = all_.begin() + static_cast<std::ptrdiff_t>(std::max<std::size_t>(rank, 1) - 1);
    std::nth_element(all_.begin(), place, all_.end());
    return std::chrono::duration<double, std::milli>(*place).count();
}

} // namespace ciclo::bench
