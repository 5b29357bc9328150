#pragma once

#include "model/stores/event_retry.hpp"
#include "rabbitmq/publisher.hpp"

#include <string>

namespace ciclo::admin {

// Wakes the worker of what was committed. Without a broker the sweeper rings a little later.
void ring_effect(rabbitmq::Publisher& publisher, const model::RetriedEffect& effect);
void ring_discord(rabbitmq::Publisher& publisher, const std::string& user_id, const std::string& correlation_id);
void ring_manychat(rabbitmq::Publisher& publisher, const std::string& user_id, const std::string& correlation_id);
void ring_email(rabbitmq::Publisher& publisher, const std::string& message_id, const std::string& correlation_id);
void ring_job(rabbitmq::Publisher& publisher, const std::string& job, const std::string& run_id,
              const std::string& correlation_id);

} // namespace ciclo::admin
