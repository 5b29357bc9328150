#include "ring.hpp"

#include "contracts/fold_student.hpp"
#include "core/environment.hpp"
#include "core/uuid.hpp"
#include "jobs/job_bell.hpp"

#include <chrono>
#include <utility>

namespace ciclo::cli {

Ringer::Ringer()
{
    Environment environment;
    if (const auto url = environment.text("AMQP_URL", "", "RabbitMQ"); !url.empty())
        publisher_ = std::make_unique<rabbitmq::Publisher>(url);
}

Ringer::~Ringer()
{
    if (publisher_)
        publisher_->flush(std::chrono::seconds{2});
}

void Ringer::ring(std::vector<rabbitmq::Message> bells)
{
    if (publisher_)
        publisher_->publish(std::move(bells));
}

void Ringer::folds(const std::vector<std::string>& user_ids)
{
    const std::string correlation_id = new_uuid();
    std::vector<rabbitmq::Message> bells;
    bells.reserve(user_ids.size());
    for (const auto& id : user_ids)
        bells.push_back(rabbitmq::message_of(contracts::FoldStudent{id, correlation_id}));
    ring(std::move(bells));
}

void ring(std::vector<rabbitmq::Message> bells)
{
    if (!bells.empty())
        Ringer{}.ring(std::move(bells));
}

void ring_folds(const std::vector<std::string>& user_ids)
{
    if (!user_ids.empty())
        Ringer{}.folds(user_ids);
}

void ring_job(const std::string& job, const std::string& run_id, const std::string& correlation_id)
{
    std::vector<rabbitmq::Message> bells;
    bells.push_back(jobs::job_bell(job, run_id, correlation_id));
    ring(std::move(bells));
}

} // namespace ciclo::cli
