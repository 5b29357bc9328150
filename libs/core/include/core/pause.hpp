#pragma once

#include <chrono>
#include <stop_token>

namespace ciclo {

// Waits, but not beyond a request to stop; false when there was one.
bool pause(const std::stop_token& stop, std::chrono::milliseconds length);

} // namespace ciclo
