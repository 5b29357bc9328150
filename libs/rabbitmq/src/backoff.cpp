#include "backoff.hpp"

#include <algorithm>
#include <random>

namespace ciclo::rabbitmq {

using namespace std::chrono_literals;

std::chrono::milliseconds Backoff::next()
{
    thread_local std::minstd_rand random{std::random_device{}()};
    std::uniform_int_distribution<std::chrono::milliseconds::rep> pause{ceiling_.count() / 2, ceiling_.count()};
    const std::chrono::milliseconds chosen{pause(random)};
    ceiling_ = std::min<std::chrono::milliseconds>(ceiling_ * 2, 5s);
    return chosen;
}

void Backoff::connection_lasted(std::chrono::steady_clock::duration lifetime) noexcept
{
    if (lifetime > 5s)
        ceiling_ = 100ms;
}

} // namespace ciclo::rabbitmq
