#pragma once

#include "postgres/connection.hpp"
#include "rabbitmq/publisher.hpp"
#include "rabbitmq/queue_depth.hpp"

namespace ciclo::scheduler {

// Compares what is wrong with what people have been told, and rings for the notifications that follow.
void watch_alerts(postgres::Connection& connection, rabbitmq::QueueInspector& queues, rabbitmq::Publisher& publisher);

} // namespace ciclo::scheduler
