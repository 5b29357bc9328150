#include "config.hpp"
#include "internal_jobs.hpp"

#include "jobs/job_runner.hpp"
#include "net/service.hpp"

namespace ciclo::sync_worker {
namespace {

void run(const Config& config, net::Service& service)
{
    rabbitmq::Publisher publisher{config.amqp_url};
    jobs::RunnerSettings settings{config.database_url, config.amqp_url, model::JobExecutor::sync_worker,
                                  service.name()};
    settings.lanes = config.lanes;
    jobs::JobRunner runner{settings, publisher, service.metrics()};
    add_internal_jobs(runner, config, publisher);
    add_hotmart_jobs(runner, config.hotmart, publisher);
    add_meta_jobs(runner, config.meta);
    const auto ready = service.add_readiness("postgresql and rabbitmq", [&runner] { return runner.ready(); });
    runner.run(service.stopping());
}

} // namespace
} // namespace ciclo::sync_worker

int main(int argc, char** argv)
{
    using namespace ciclo;
    return net::run_service(argc, argv, {"sync-worker", "Runs the jobs that fill and tend our own tables."},
                            [](Environment& environment) -> net::ServiceBody {
                                return [config = sync_worker::Config::read(environment)](net::Service& service) {
                                    sync_worker::run(config, service);
                                };
                            });
}
