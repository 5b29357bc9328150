#pragma once

#include <chrono>
#include <mutex>

namespace ciclo::rabbitmq {

// Ends the waits of the one thread that owns a connection, from any other thread.
class Wakeup {
public:
    Wakeup();
    ~Wakeup();
    Wakeup(const Wakeup&) = delete;
    Wakeup& operator=(const Wakeup&) = delete;

    // Ends the present wait(), or the next.
    void wake() noexcept;
    // Ends also what the library waits for: shuts a guarded socket down, now and until reset().
    void cut() noexcept;
    bool is_cut() const noexcept;
    void reset() noexcept;

    // Waits for poll() events of the socket (-1: of none), a wake-up, or the time to pass; answers the events.
    short wait(int socket, short events, std::chrono::steady_clock::duration patience) noexcept;

    // While it lives, cut() reaches this socket. The socket must be closed after the guard is gone.
    class Guard {
    public:
        Guard(Wakeup& wakeup, int socket) noexcept;
        ~Guard();
        Guard(const Guard&) = delete;
        Guard& operator=(const Guard&) = delete;

    private:
        Wakeup& wakeup_;
    };

private:
    int event_;
    mutable std::mutex mutex_;
    int guarded_ = -1;
    bool cut_ = false;
};

} // namespace ciclo::rabbitmq
