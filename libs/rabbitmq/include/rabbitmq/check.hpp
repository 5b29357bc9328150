#pragma once

#include "core/result.hpp"

#include <string>

namespace ciclo::rabbitmq {

// Connects, logs in and leaves again, for `ciclo doctor` and `--check`; a few seconds at most. The reason
// names host and port, never the password: invalid_input (no AMQP URL), unavailable (nobody answers),
// unauthorized (user or password refused), not_found (no such virtual host), refused (no permission on it).
[[nodiscard]] Result<void> check(const std::string& amqp_url);

} // namespace ciclo::rabbitmq
