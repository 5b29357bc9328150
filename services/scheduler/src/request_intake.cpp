#include "request_intake.hpp"

#include "contracts/request_job.hpp"
#include "core/log.hpp"
#include "jobs/job_bell.hpp"
#include "model/stores/job_run_store.hpp"

#include <chrono>
#include <thread>

namespace ciclo::scheduler {

namespace {

using namespace std::chrono_literals;

} // namespace

RequestIntake::RequestIntake(const Config& config, rabbitmq::Publisher& publisher)
    : publisher_(publisher), session_(config.database_url, "scheduler requests"),
      consumer_(config.amqp_url, std::string{contracts::RequestJob::queue}, 16)
{
}

void RequestIntake::run(const std::stop_token& stop)
{
    while (!stop.stop_requested()) {
        for (const auto& delivery : consumer_.take(1, 1s, stop)) {
            // This message is no bell: nothing else remembers the request, so it is kept until it is a row.
            while (!take(delivery) && !stop.stop_requested())
                std::this_thread::sleep_for(500ms);
        }
    }
}

bool RequestIntake::take(const rabbitmq::Delivery& delivery)
{
    const auto request = contracts::RequestJob::decode(delivery.body);
    if (!request) {
        log::error("a request for a job cannot be understood; it goes to the dead letters",
                   {{"error", request.error().detail}});
        consumer_.reject(delivery);
        return true;
    }
    try {
        model::NewJobRun wanted;
        wanted.job = request->job;
        wanted.parameters = request->parameters;
        wanted.requested_by = "queue";
        wanted.id = request->job_run_id;
        wanted.correlation_id = request->correlation_id;
        const auto run = model::request_job_run(session_.connection(), wanted);
        if (!run) {
            log::error("a request for a job is refused; it goes to the dead letters", {{"error", run.error().detail}});
            consumer_.reject(delivery);
            return true;
        }
        log::info("job requested by a message", {{"job", request->job}, {"job_run_id", run->id}});
        publisher_.publish(jobs::job_bell(request->job, run->id, run->correlation_id));
        consumer_.ack({delivery});
        return true;
    } catch (const postgres::Failure& failure) {
        session_.after(failure);
        log::warning("a request for a job waits for PostgreSQL", {{"error", failure.what()}});
        return false;
    }
}

} // namespace ciclo::scheduler
