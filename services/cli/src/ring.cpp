#include "ring.hpp"

#include "contracts/fold_student.hpp"
#include "core/environment.hpp"
#include "core/uuid.hpp"
#include "jobs/job_bell.hpp"
#include "rabbitmq/publisher.hpp"

#include <chrono>

namespace ciclo::cli {

void ring(std::vector<rabbitmq::Message> bells)
{
    Environment environment;
    const auto url = environment.text("AMQP_URL", "", "RabbitMQ");
    if (url.empty() || bells.empty())
        return;
    rabbitmq::Publisher publisher{url};
    publisher.publish(std::move(bells));
    publisher.flush(std::chrono::seconds{2});
}

void ring_folds(const std::vector<std::string>& user_ids)
{
    const std::string correlation_id = new_uuid();
    std::vector<rabbitmq::Message> bells;
    bells.reserve(user_ids.size());
    for (const auto& id : user_ids)
        bells.push_back(rabbitmq::message_of(contracts::FoldStudent{id, correlation_id}));
    ring(std::move(bells));
}

void ring_job(const std::string& job, const std::string& run_id, const std::string& correlation_id)
{
    std::vector<rabbitmq::Message> bells;
    bells.push_back(jobs::job_bell(job, run_id, correlation_id));
    ring(std::move(bells));
}

} // namespace ciclo::cli
