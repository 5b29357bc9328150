#include "jobs/job_bell.hpp"

#include "contracts/run_job.hpp"

#include <stdexcept>

namespace ciclo::jobs {

using model::JobExecutor;

std::string_view queue_of(JobExecutor executor) noexcept
{
    switch (executor) {
    case JobExecutor::sync_worker:
        return contracts::RunJob::sync_queue;
    case JobExecutor::discord_worker:
        return contracts::RunJob::discord_queue;
    case JobExecutor::manychat_worker:
        return contracts::RunJob::manychat_queue;
    }
    return contracts::RunJob::sync_queue;
}

std::vector<std::string> jobs_of(JobExecutor executor)
{
    std::vector<std::string> names;
    for (const model::JobDefinition& job : model::all_jobs())
        if (job.executor == executor)
            names.emplace_back(job.name);
    return names;
}

rabbitmq::Message job_bell(std::string_view job, const std::string& run_id, const std::string& correlation_id)
{
    const model::JobDefinition* definition = model::find_job(job);
    if (definition == nullptr)
        throw std::invalid_argument{"no such job: " + std::string{job}};
    return {std::string{queue_of(definition->executor)}, std::string{contracts::RunJob::type},
            contracts::RunJob{run_id, correlation_id}.encode(), correlation_id};
}

} // namespace ciclo::jobs
