#include "config.hpp"
#include "desk.hpp"
#include "job_stream.hpp"
#include "reception.hpp"

#include "core/log.hpp"
#include "net/http_server.hpp"
#include "net/service.hpp"

#include <boost/asio/io_context.hpp>

namespace ciclo::admin {
namespace {

net::HttpLimits limits()
{
    net::HttpLimits limits;
    limits.max_body_bytes = 64 << 10;
    limits.max_connections = 256;
    return limits;
}

void run(const Config& config, net::Service& service)
{
    boost::asio::io_context io{1}; // outlives the desk, which posts to it until its threads have ended
    rabbitmq::Publisher publisher{config.amqp_url};
    Desk desk{io, config.database_url, service.metrics()};
    JobStreams streams{io, desk};
    Reception reception{config, desk, streams, publisher, service.metrics()};
    net::HttpServer server{io, config.listen.host, config.listen.port, limits(),
                           [&reception](net::HttpRequest request) { return reception(std::move(request)); }};
    log::info("the admin API listens", {{"port", server.port()}});

    const auto database_ready = service.add_readiness("postgresql", [&desk] { return desk.connected(); });
    const auto broker_ready = service.add_readiness("rabbitmq", [&publisher] { return publisher.connected(); });
    const std::stop_callback on_stop{service.stopping(), [&] {
                                         streams.stop();
                                         server.stop();
                                     }};
    io.run();
    log::info("stopped");
}

} // namespace
} // namespace ciclo::admin

int main(int argc, char** argv)
{
    using namespace ciclo;
    return net::run_service(argc, argv, {"admin-api", "REST and server-sent events for people who run the school."},
                            [](Environment& environment) -> net::ServiceBody {
                                return [config = admin::Config::read(environment)](net::Service& service) {
                                    admin::run(config, service);
                                };
                            });
}
