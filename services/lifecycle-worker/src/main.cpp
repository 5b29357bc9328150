#include "config.hpp"
#include "event_loop.hpp"
#include "fold_loop.hpp"

#include "net/service.hpp"

#include <thread>

namespace ciclo::lifecycle {
namespace {

void run(const Config& config, net::Service& service)
{
    rabbitmq::Publisher publisher{config.amqp_url};
    EventLoop events{config, publisher, service.metrics()};
    FoldLoop folds{config, publisher};
    const auto ready =
        service.add_readiness("postgresql and rabbitmq", [&] { return events.ready() && folds.ready(); });
    std::jthread fold_thread{[&] { folds.run(service.stopping()); }};
    events.run(service.stopping());
}

} // namespace
} // namespace ciclo::lifecycle

int main(int argc, char** argv)
{
    using namespace ciclo;
    return net::run_service(argc, argv,
                            {"lifecycle-worker", "Folds what Hotmart told into what each student should have."},
                            [](Environment& environment) -> net::ServiceBody {
                                return [config = lifecycle::Config::read(environment)](net::Service& service) {
                                    lifecycle::run(config, service);
                                };
                            });
}
