#pragma once

#include "core/environment.hpp"
#include "hotmart_jobs.hpp"
#include "meta_jobs.hpp"

#include <chrono>
#include <string>

namespace ciclo::sync_worker {

struct Config {
    std::string database_url;
    std::string amqp_url;
    int lanes = 3;
    std::chrono::days raw_event_retention{365};
    HotmartJobs hotmart;
    MetaJobs meta;

    static Config read(Environment& environment);
};

} // namespace ciclo::sync_worker
