#include "config.hpp"
#include "email_lane.hpp"

#include "net/service.hpp"

int main(int argc, char** argv)
{
    using namespace ciclo;
    return net::run_service(argc, argv, {"messaging-worker", "Sends e-mails to students, each once."},
                            [](Environment& environment) -> net::ServiceBody {
                                return [config = messaging::Config::read(environment)](net::Service& service) {
                                    messaging::EmailLane emails{config, service.metrics()};
                                    const auto ready = service.add_readiness("postgresql and rabbitmq",
                                                                             [&emails] { return emails.ready(); });
                                    emails.run(service.stopping());
                                };
                            });
}
