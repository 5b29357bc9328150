#pragma once

#include <signal.h>

#include <atomic>
#include <stop_token>
#include <thread>

namespace ciclo::net {

// SIGTERM and SIGINT become a stop request; a second one ends the process at once. To be made before
// any other thread, because threads inherit what is blocked.
class StopSignals {
public:
    StopSignals();
    ~StopSignals(); // the calling thread's signals are as before
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;

    void start_waiting(); // once

    std::stop_token token() const noexcept { return stop_.get_token(); }

private:
    void wait_for_signals();

    sigset_t waited_for_{};
    sigset_t mask_before_{};
    std::stop_source stop_{};
    std::atomic<bool> finished_ = false;
    std::thread thread_{};
};

} // namespace ciclo::net
