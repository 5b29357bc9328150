#include "load.hpp"

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace ciclo::bench {

namespace {

using namespace std::chrono_literals;

// For answers that are still missing when the time is over.
constexpr auto patience_at_the_end = 10s;
constexpr std::uint64_t timer_mark = ~std::uint64_t{0};

int checked(int descriptor, const char* doing)
{
    if (descriptor < 0)
        throw std::system_error(errno, std::generic_category(), doing);
    return descriptor;
}

void watch(int poll, int descriptor, std::uint64_t mark, std::uint32_t events, int operation)
{
    epoll_event event{};
    event.events = events;
    event.data.u64 = mark;
    checked(::epoll_ctl(poll, operation, descriptor, &event), "watching a socket");
}

Moment now()
{
    return std::chrono::steady_clock::now();
}

} // namespace

Load::Load(const Options& options)
    : options_(options), maker_(options), poll_(checked(::epoll_create1(EPOLL_CLOEXEC), "making an epoll")),
      timer_(checked(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC), "making a timer")),
      connections_(options.connections)
{
    watch(poll_, timer_, timer_mark, EPOLLIN, EPOLL_CTL_ADD);
    for (std::size_t i = 0; i < connections_.size(); ++i)
        connect(i);
}

Load::~Load()
{
    ::close(timer_);
    ::close(poll_);
}

void Load::connect(std::size_t index)
{
    connections_[index] = std::make_unique<Connection>(options_.port, maker_.blank());
    watch(poll_, connections_[index]->descriptor(), index, EPOLLIN, EPOLL_CTL_ADD);
    idle_.push_back(index);
}

Figures Load::run()
{
    figures_.latencies.reserve(1'000'000);
    start_ = now();
    end_ = start_ + options_.duration;
    if (options_.per_second) {
        const std::chrono::nanoseconds pause = 1'000'000'000ns / *options_.per_second;
        itimerspec every{};
        // Ticks; which requests are due is worked out from the clock, so a late tick makes nothing late but itself.
        every.it_interval.tv_nsec = every.it_value.tv_nsec = std::min<std::chrono::nanoseconds>(pause, 1ms).count();
        checked(::timerfd_settime(timer_, 0, &every, nullptr), "setting the timer");
    }
    send_what_is_due(start_);
    while (!is_over(now()))
        wait();
    for (const auto& connection : connections_)
        if (connection->is_busy())
            ++figures_.errors;
    return std::move(figures_);
}

Moment Load::due(std::uint64_t number) const
{
    return start_ + std::chrono::nanoseconds{number * 1'000'000'000 / static_cast<std::uint64_t>(*options_.per_second)};
}

void Load::send_what_is_due(Moment present)
{
    while (!idle_.empty()) {
        const Moment since = options_.per_second ? due(sent_) : present;
        if (since > present || since >= end_)
            return;
        const std::size_t index = idle_.back();
        idle_.pop_back();
        send(index, since);
    }
}

void Load::send(std::size_t index, Moment since)
{
    Connection& connection = *connections_[index];
    maker_.fill(connection.request());
    ++sent_;
    if (connection.begin(since) == Connection::Progress::broken)
        broken(index);
    else if (connection.has_unsent())
        watch(poll_, connection.descriptor(), index, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
}

void Load::wait()
{
    std::array<epoll_event, 128> events;
    const int count = ::epoll_wait(poll_, events.data(), static_cast<int>(events.size()), 100);
    if (count < 0 && errno != EINTR)
        throw std::system_error(errno, std::generic_category(), "waiting for answers");
    for (int i = 0; i < count; ++i) {
        const std::uint64_t mark = events[static_cast<std::size_t>(i)].data.u64;
        if (mark != timer_mark) {
            handle(mark);
            continue;
        }
        std::uint64_t ticks = 0;
        (void)!::read(timer_, &ticks, sizeof ticks); // only to make it unreadable again
    }
    send_what_is_due(now());
}

void Load::handle(std::size_t index)
{
    Connection& connection = *connections_[index];
    const bool had_unsent = connection.has_unsent();
    const auto progress = connection.go_on();
    if (progress == Connection::Progress::broken) {
        broken(index);
        return;
    }
    if (had_unsent && !connection.has_unsent())
        watch(poll_, connection.descriptor(), index, EPOLLIN, EPOLL_CTL_MOD);
    if (progress == Connection::Progress::answered)
        answered(index, now());
}

void Load::answered(std::size_t index, Moment present)
{
    const Connection& connection = *connections_[index];
    if (connection.was_accepted()) {
        ++figures_.accepted;
        figures_.latencies.add(present - connection.since());
    } else {
        ++figures_.errors;
    }
    figures_.elapsed = present - start_;
    idle_.push_back(index);
    send_what_is_due(present);
}

void Load::broken(std::size_t index)
{
    if (connections_[index]->is_busy())
        ++figures_.errors;
    std::erase(idle_, index);
    connect(index);
}

bool Load::is_over(Moment present) const
{
    const bool all_sent = options_.per_second ? due(sent_) >= end_ : present >= end_;
    return (all_sent && idle_.size() == connections_.size()) || present > end_ + patience_at_the_end;
}

} // namespace ciclo::bench
