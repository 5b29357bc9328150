#include "jobs/job_runner.hpp"

#include "job_lane.hpp"

#include <stdexcept>
#include <thread>
#include <utility>

namespace ciclo::jobs {

JobRunner::JobRunner(RunnerSettings settings, rabbitmq::Publisher& publisher, net::Metrics& metrics)
    : settings_(std::move(settings))
{
    lanes_.reserve(static_cast<std::size_t>(settings_.lanes));
    for (int i = 0; i < settings_.lanes; ++i)
        lanes_.push_back(std::make_unique<JobLane>(settings_, bodies_, publisher, metrics));
}

JobRunner::~JobRunner() = default;

void JobRunner::add(std::string_view job, JobBody body)
{
    const auto* definition = model::find_job(job);
    if (definition == nullptr || definition->executor != settings_.executor)
        throw std::invalid_argument{settings_.service + " has no business with the job " + std::string{job}};
    bodies_.insert_or_assign(std::string{job}, std::move(body));
}

void JobRunner::run(const std::stop_token& stop)
{
    std::vector<std::jthread> threads;
    threads.reserve(lanes_.size());
    for (const auto& lane : lanes_)
        threads.emplace_back([&lane, stop] { lane->run(stop); });
}

bool JobRunner::ready() const noexcept
{
    return lanes_.front()->ready();
}

} // namespace ciclo::jobs
