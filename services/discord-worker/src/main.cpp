#include "config.hpp"
#include "notification_lane.hpp"
#include "reconcile_lane.hpp"

#include "net/service.hpp"

#include <memory>
#include <thread>
#include <vector>

namespace ciclo::discord_worker {
namespace {

void run(const Config& config, const std::string& locale, net::Service& service)
{
    rabbitmq::Publisher publisher{config.amqp_url};
    discord::RateLimits limits{static_cast<std::size_t>(config.requests_per_second)};
    ProviderHealth health;
    std::vector<std::unique_ptr<ReconcileLane>> lanes;
    lanes.reserve(static_cast<std::size_t>(config.lanes));
    for (int i = 0; i < config.lanes; ++i)
        lanes.push_back(std::make_unique<ReconcileLane>(Shared{config, publisher, limits, health, service.metrics()}));
    NotificationLane notifications{config, locale};
    const auto ready = service.add_readiness("postgresql and rabbitmq", [&lanes] { return lanes.front()->ready(); });

    std::vector<std::jthread> threads;
    threads.reserve(lanes.size());
    for (const auto& lane : lanes)
        threads.emplace_back([&lane, &service] { lane->run(service.stopping()); });
    notifications.run(service.stopping());
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
