#pragma once

#include "rabbitmq/publisher.hpp"

#include <memory>
#include <string>
#include <vector>

namespace ciclo::cli {

// Wakes workers over one connection, through AMQP_URL; without it nothing happens, and the sweeper rings a little
// later instead. At its end it waits for two seconds at most.
class Ringer {
public:
    Ringer();
    ~Ringer();
    Ringer(const Ringer&) = delete;
    Ringer& operator=(const Ringer&) = delete;

    void ring(std::vector<rabbitmq::Message> bells);
    void folds(const std::vector<std::string>& user_ids); // the lifecycle-worker looks at these students

private:
    std::unique_ptr<rabbitmq::Publisher> publisher_;
};

// The same once.
void ring(std::vector<rabbitmq::Message> bells);
void ring_folds(const std::vector<std::string>& user_ids);
void ring_job(const std::string& job, const std::string& run_id, const std::string& correlation_id);

} // namespace ciclo::cli
