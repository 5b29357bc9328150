#include "stop_signals.hpp"

#include "core/log.hpp"

#include <cstdlib>

namespace ciclo::net {

StopSignals::StopSignals()
{
    // Ignored instead of blocked: writing to a closed connection is an error code either way.
    ::signal(SIGPIPE, SIG_IGN);
    ::sigemptyset(&waited_for_);
    ::sigaddset(&waited_for_, SIGTERM);
    ::sigaddset(&waited_for_, SIGINT);
    ::pthread_sigmask(SIG_BLOCK, &waited_for_, &mask_before_);
}

StopSignals::~StopSignals()
{
    if (thread_.joinable()) {
        finished_ = true;
        // Blocked in every thread and waited for in this one: it wakes the thread and ends nothing.
        ::pthread_kill(thread_.native_handle(), SIGTERM); // NOLINT(bugprone-bad-signal-to-kill-thread)
        thread_.join();
    }
    ::pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
}

void StopSignals::start_waiting()
{
    thread_ = std::thread{[this] { wait_for_signals(); }};
}

void StopSignals::wait_for_signals()
{
    for (;;) {
        int signal = 0;
        ::sigwait(&waited_for_, &signal);
        if (finished_)
            return;
        if (stop_.stop_requested()) {
            log::error("second signal: ending at once", {{"signal", signal}});
            std::_Exit(128 + signal);
        }
        log::info("signal received: stopping", {{"signal", signal}});
        stop_.request_stop();
    }
}

} // namespace ciclo::net
