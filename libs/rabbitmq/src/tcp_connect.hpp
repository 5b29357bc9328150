#pragma once

#include "core/result.hpp"

#include <chrono>
#include <string>

namespace ciclo::rabbitmq {

class Wakeup;

// A connected, non-blocking socket, which the caller closes. Unlike the library's own connect this one
// can be cut, and says why it failed. Only resolving the name may take longer than `patience`.
Result<int> tcp_connect(const std::string& host, int port, std::chrono::milliseconds patience, Wakeup& wakeup);

} // namespace ciclo::rabbitmq
