#include "shared_pace.hpp"

#include "model/stores/manychat_pace.hpp"

namespace ciclo::manychat_worker {

std::chrono::milliseconds SharedPace::reserve(std::string_view endpoint, int per_second)
{
    const std::chrono::microseconds interval{100'000'000 / (std::int64_t{per_second} * percent_)};
    return model::reserve_manychat_turn(connection_(), endpoint, interval);
}

void SharedPace::hold(std::string_view endpoint, std::chrono::milliseconds pause)
{
    model::hold_manychat_turns(connection_(), endpoint, pause);
}

} // namespace ciclo::manychat_worker
