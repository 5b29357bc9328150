#include "config.hpp"
#include "request_intake.hpp"
#include "sweeper.hpp"

#include "net/service.hpp"

#include <thread>

int main(int argc, char** argv)
{
    using namespace ciclo;
    return net::run_service(
        argc, argv,
        {"scheduler", "Starts jobs when their time has come, and rings due work again whose bell was lost."},
        [](Environment& environment) -> net::ServiceBody {
            return [config = scheduler::Config::read(environment)](net::Service& service) {
                rabbitmq::Publisher publisher{config.amqp_url};
                scheduler::Sweeper sweeper{config, publisher, service.metrics()};
                const auto ready = service.add_readiness("postgresql", [&] { return sweeper.ready(); });
                const auto broker_ready = service.add_readiness("rabbitmq", [&] { return publisher.connected(); });
                scheduler::RequestIntake requests{config, publisher};
                const std::jthread intake{[&] { requests.run(service.stopping()); }};
                sweeper.run(service.stopping());
            };
        });
}
