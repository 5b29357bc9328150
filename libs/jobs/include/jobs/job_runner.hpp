#pragma once

#include "jobs/job_context.hpp"
#include "model/rules/job_catalogue.hpp"
#include "net/metrics.hpp"
#include "rabbitmq/publisher.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace ciclo::jobs {

struct RunnerSettings {
    std::string database_url;
    std::string amqp_url;
    model::JobExecutor executor;
    std::string service;                  // as it shows in pg_stat_activity
    int lanes = 2;                        // runs of different jobs at the same time
    std::chrono::milliseconds beat{1000}; // how often progress is shown and the lease is renewed
    std::chrono::seconds lease{30};
    int most_interruptions = 5; // a run whose holders vanished so often fails
};

using JobBodies = std::map<std::string, JobBody, std::less<>>;

class JobLane;

// Hears the bells of one service's jobs and runs them:
//
//     jobs::JobRunner runner{settings, publisher, service.metrics()};
//     runner.add("reconcile_discord", [&](jobs::JobContext& context) { return sweep(context, ...); });
//     runner.run(service.stopping());
class JobRunner {
public:
    JobRunner(RunnerSettings settings, rabbitmq::Publisher& publisher, net::Metrics& metrics);
    ~JobRunner();
    JobRunner(const JobRunner&) = delete;
    JobRunner& operator=(const JobRunner&) = delete;

    // Before run(). Bodies of different jobs run at the same time on different threads.
    void add(std::string_view job, JobBody body);

    // Until a stop is requested. Runs that are under way are given back at their next pause point.
    void run(const std::stop_token& stop);

    bool ready() const noexcept; // from any thread

private:
    RunnerSettings settings_;
    JobBodies bodies_;
    std::vector<std::unique_ptr<JobLane>> lanes_;
};

} // namespace ciclo::jobs
