#include "config.hpp"
#include "contact_lane.hpp"
#include "flow_lane.hpp"
#include "tag_sync.hpp"

#include "core/log.hpp"
#include "jobs/job_runner.hpp"
#include "net/service.hpp"

#include <memory>
#include <thread>
#include <vector>

namespace ciclo::manychat_worker {
namespace {

// A new process may have a new token: whatever made the breaker open, one call looks at once.
void look_afresh(const Config& config)
{
    try {
        auto connection = postgres::Connection::open(config.database_url, "manychat-worker start");
        model::ProviderHealth{provider}.started(connection);
    } catch (const postgres::Failure& failure) {
        log::warning("PostgreSQL is away; ManyChat's breaker stays as it is", {{"error", failure.what()}});
    }
}

void run(const Config& config, net::Service& service)
{
    if (config.enabled)
        look_afresh(config);
    rabbitmq::Publisher publisher{config.amqp_url};
    Page page{config.phone_field};
    const Shared shared{config, publisher, page, service.metrics()};
    std::vector<std::unique_ptr<ContactLane>> lanes;
    lanes.reserve(static_cast<std::size_t>(config.lanes));
    for (int i = 0; i < config.lanes; ++i)
        lanes.push_back(std::make_unique<ContactLane>(shared));
    FlowLane flows{shared};
    TagSync tag_sync{config, page};
    jobs::JobRunner runner{{.database_url = config.database_url,
                            .amqp_url = config.amqp_url,
                            .executor = model::JobExecutor::manychat_worker,
                            .service = "manychat-worker jobs",
                            .lanes = 1},
                           publisher,
                           service.metrics()};
    runner.add("sync_manychat_tags", [&tag_sync](jobs::JobContext& context) { return tag_sync.run(context); });
    const auto ready =
        service.add_readiness("postgresql and rabbitmq", [&] { return lanes.front()->ready() && flows.ready(); });

    std::vector<std::jthread> threads;
    threads.reserve(lanes.size());
    for (const auto& lane : lanes)
        threads.emplace_back([&lane, &service] { lane->run(service.stopping()); });
    threads.emplace_back([&runner, &service] { runner.run(service.stopping()); });
    flows.run(service.stopping());
}

} // namespace
} // namespace ciclo::manychat_worker

int main(int argc, char** argv)
{
    using namespace ciclo;
    return net::run_service(argc, argv,
                            {"manychat-worker", "Makes tags, fields and flows in ManyChat what they should be."},
                            [](Environment& environment) -> net::ServiceBody {
                                return [config = manychat_worker::Config::read(environment)](net::Service& service) {
                                    manychat_worker::run(config, service);
                                };
                            });
}
