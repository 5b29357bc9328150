#pragma once

#include "jobs/job_runner.hpp"
#include "model/stores/job_run_store.hpp"
#include "postgres/session.hpp"
#include "rabbitmq/consumer.hpp"

#include <atomic>
#include <stop_token>
#include <string>

namespace ciclo::jobs {

// One thread that runs one job at a time. Lanes and replicas keep out of each other's way by the leases.
class JobLane {
public:
    JobLane(const RunnerSettings& settings, const JobBodies& bodies, rabbitmq::Publisher& publisher,
            net::Metrics& metrics);

    void run(const std::stop_token& stop);
    // While a job runs the lane does not listen, and is well.
    bool ready() const noexcept { return working_ || (control_.connected() && consumer_.connected()); }

private:
    // How an attempt ended, besides in success.
    enum class Cut { none, failed, stopped, interrupted, lost };
    struct Outcome {
        Cut cut = Cut::none;
        std::string error;
    };
    struct Attempt;

    void on_bell(const rabbitmq::Delivery& bell, const std::stop_token& stop);
    void work(const model::JobLease& lease, const std::stop_token& stop);
    Outcome run_body(const model::JobLease& lease, Attempt& attempt);
    void keep(const model::JobLease& lease, Attempt& attempt, const std::stop_token& ended);
    void finish(const model::JobLease& lease, const Attempt& attempt, const Outcome& outcome);
    void end(const model::JobLease& lease, model::JobEnd end, const std::string& error,
             const model::JobProgress& progress);
    net::Counter ended_runs(const std::string& job, const std::string& status);
    void ring_next(const std::string& job);

    const RunnerSettings& settings_;
    const JobBodies& bodies_;
    rabbitmq::Publisher& publisher_;
    net::Metrics& metrics_;
    rabbitmq::Consumer consumer_;
    postgres::Session control_; // holds the leases
    postgres::Session work_;    // of the bodies
    std::atomic<bool> working_ = false;
};

} // namespace ciclo::jobs
