#include "progress.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

namespace ciclo::cli {

Progress::Progress(std::string what, std::size_t total)
    : what_(std::move(what)), total_(total), is_terminal_(isatty(STDERR_FILENO) == 1)
{
}

void Progress::advance(std::size_t by)
{
    done_ += by;
    print_now_and_then();
}

void Progress::show(std::size_t done, std::size_t total)
{
    done_ = done;
    total_ = total;
    print_now_and_then();
}

void Progress::print_now_and_then()
{
    const auto present = std::chrono::steady_clock::now();
    if (present < next_)
        return;
    next_ = present + (is_terminal_ ? std::chrono::milliseconds{100} : std::chrono::seconds{5});
    print(false);
}

void Progress::finish()
{
    print(true);
}

void Progress::print(bool last)
{
    const std::size_t percent = total_ == 0 ? (last ? 100 : 0) : std::min<std::size_t>(100, done_ * 100 / total_);
    const std::string bar(percent / 5, '#');
    fmt::print(stderr, "{}{:<18} [{:<20}] {}/{}{}", is_terminal_ ? "\r" : "", what_, bar, done_, total_,
               is_terminal_ && !last ? "" : "\n");
    std::fflush(stderr);
}

} // namespace ciclo::cli
