#include "wakeup.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <system_error>

namespace ciclo::rabbitmq {

Wakeup::Wakeup() : event_{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)}
{
    if (event_ < 0)
        throw std::system_error{errno, std::generic_category(), "eventfd"};
}

Wakeup::~Wakeup()
{
    ::close(event_);
}

void Wakeup::wake() noexcept
{
    const std::uint64_t one = 1;
    // Fails only when the counter is full, and then the wait ends anyway.
    [[maybe_unused]] const auto written = ::write(event_, &one, sizeof one);
}

void Wakeup::cut() noexcept
{
    {
        const std::lock_guard lock{mutex_};
        cut_ = true;
        if (guarded_ >= 0)
            ::shutdown(guarded_, SHUT_RDWR);
    }
    wake();
}

bool Wakeup::is_cut() const noexcept
{
    const std::lock_guard lock{mutex_};
    return cut_;
}

void Wakeup::reset() noexcept
{
    const std::lock_guard lock{mutex_};
    cut_ = false;
}

short Wakeup::wait(int socket, short events, std::chrono::steady_clock::duration patience) noexcept
{
    std::array<pollfd, 2> waits{pollfd{event_, POLLIN, 0}, pollfd{socket, events, 0}};
    // Rounded up: rounded down, the last millisecond would be spent in a busy loop.
    const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(patience).count();
    const auto timeout = static_cast<int>(std::clamp<std::int64_t>(milliseconds, 0, 60'000));
    if (::poll(waits.data(), waits.size(), timeout) <= 0)
        return 0;
    if (waits[0].revents != 0) {
        std::uint64_t count = 0;
        [[maybe_unused]] const auto taken = ::read(event_, &count, sizeof count);
    }
    return waits[1].revents;
}

Wakeup::Guard::Guard(Wakeup& wakeup, int socket) noexcept : wakeup_{wakeup}
{
    const std::lock_guard lock{wakeup_.mutex_};
    wakeup_.guarded_ = socket;
    if (wakeup_.cut_)
        ::shutdown(socket, SHUT_RDWR);
}

Wakeup::Guard::~Guard()
{
    const std::lock_guard lock{wakeup_.mutex_};
    wakeup_.guarded_ = -1;
}

} // namespace ciclo::rabbitmq
