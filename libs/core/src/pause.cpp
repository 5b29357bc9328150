#include "core/pause.hpp"

#include <condition_variable>
#include <mutex>

namespace ciclo {

bool pause(const std::stop_token& stop, std::chrono::milliseconds length)
{
    std::mutex mutex;
    std::condition_variable_any nobody;
    std::unique_lock lock{mutex};
    nobody.wait_for(lock, stop, length, [] { return false; });
    return !stop.stop_requested();
}

} // namespace ciclo
