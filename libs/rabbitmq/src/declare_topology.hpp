#pragma once

#include "core/result.hpp"

namespace ciclo::rabbitmq {

class Connection;

// Makes what topology.hpp names, where it is missing. refused: a queue of that name has other arguments.
[[nodiscard]] Result<void> declare_topology(Connection& connection);

} // namespace ciclo::rabbitmq
