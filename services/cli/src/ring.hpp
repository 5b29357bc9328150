#pragma once

#include "rabbitmq/publisher.hpp"

#include <string>
#include <vector>

namespace ciclo::cli {

// Wakes the lifecycle-worker for these students, which saves the sweeper's interval. Without a broker
// their rows are found a little later.
void ring_folds(const std::vector<std::string>& user_ids);

// The scheduler would ring a little later.
void ring_job(const std::string& job, const std::string& run_id, const std::string& correlation_id);
// Through AMQP_URL; without it nothing happens, and the sweeper rings instead.
void ring(std::vector<rabbitmq::Message> bells);

} // namespace ciclo::cli
