#pragma once

#include "model/rules/job_catalogue.hpp"
#include "rabbitmq/publisher.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace ciclo::jobs {

// Where the service listens that runs such jobs.
std::string_view queue_of(model::JobExecutor executor) noexcept;

// The names of the jobs that it runs.
std::vector<std::string> jobs_of(model::JobExecutor executor);

// Wakes the service that runs `job`, after the run was committed. `job` is one of the catalogue.
rabbitmq::Message job_bell(std::string_view job, const std::string& run_id, const std::string& correlation_id);

} // namespace ciclo::jobs
