#include "announcement_lane.hpp"
#include "config.hpp"
#include "notification_lane.hpp"
#include "reconcile_lane.hpp"
#include "sweep_job.hpp"

#include "core/log.hpp"
#include "jobs/job_runner.hpp"
#include "model/stores/provider_health.hpp"
#include "model/stores/shared_state_store.hpp"
#include "net/service.hpp"

#include <memory>
#include <thread>
#include <vector>

namespace ciclo::discord_worker {
namespace {

// A new process may have a new token: whatever made the breaker open, one call looks at once.
void look_afresh(const Config& config)
{
    try {
        auto connection = postgres::Connection::open(config.database_url, "discord-worker start");
        model::ProviderHealth{"discord"}.started(connection);
    } catch (const postgres::Failure& failure) {
        log::warning("PostgreSQL is away; Discord's breaker stays as it is", {{"error", failure.what()}});
    }
}

void run(const Config& config, const std::string& locale, net::Service& service)
{
    look_afresh(config);
    rabbitmq::Publisher publisher{config.amqp_url};
    model::StoredSharedState shared_state{config.database_url};
    discord::RateLimits limits{shared_state, static_cast<std::size_t>(config.requests_per_second)};
    const Shared shared{config, publisher, limits, service.metrics()};
    std::vector<std::unique_ptr<ReconcileLane>> lanes;
    lanes.reserve(static_cast<std::size_t>(config.lanes));
    for (int i = 0; i < config.lanes; ++i)
        lanes.push_back(std::make_unique<ReconcileLane>(shared));
    NotificationLane notifications{config, limits, locale};
    AnnouncementLane announcements{config, publisher};
    jobs::JobRunner jobs{
        {config.database_url, config.amqp_url, model::JobExecutor::discord_worker, "discord-worker", 1},
        publisher,
        service.metrics()};
    jobs.add("reconcile_discord", sweep_job(shared));
    const auto ready = service.add_readiness("postgresql and rabbitmq", [&] {
        return lanes.front()->ready() && notifications.ready() && announcements.ready();
    });

    const auto stop = service.stopping();
    std::vector<std::jthread> threads;
    threads.reserve(lanes.size() + 2);
    for (const auto& lane : lanes)
        threads.emplace_back([&lane, stop] { lane->run(stop); });
    threads.emplace_back([&] { announcements.run(stop); });
    if (config.enabled)
        threads.emplace_back([&] { jobs.run(stop); });
    notifications.run(stop);
}

} // namespace
} // namespace ciclo::discord_worker

int main(int argc, char** argv)
{
    using namespace ciclo;
    return net::run_service(
        argc, argv, {"discord-worker", "Makes roles, invites and notifications on Discord what they should be."},
        [](Environment& environment) -> net::ServiceBody {
            const auto config = discord_worker::Config::read(environment);
            const auto locale = environment.one_of("LOCALE", {"pt-BR", "es", "en"}, "language of notifications");
            return [config, locale](net::Service& service) { discord_worker::run(config, locale, service); };
        });
}
