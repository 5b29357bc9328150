#pragma once

#include "core/result.hpp"

#include <string>
#include <string_view>

// What the integration tests do to a broker; see ciclo_rabbitmq_admin in CMakeLists.txt.
namespace ciclo::rabbitmq {

// Declares the topology and removes all messages that are ready.
[[nodiscard]] Result<void> empty_all_queues(const std::string& amqp_url);

[[nodiscard]] Result<void> delete_queue(const std::string& amqp_url, std::string_view queue);

} // namespace ciclo::rabbitmq
