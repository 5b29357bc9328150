#include "config.hpp"
#include "event_batcher.hpp"
#include "intake.hpp"
#include "receive_hotmart.hpp"

#include "core/log.hpp"
#include "net/http_server.hpp"
#include "net/service.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <memory>

namespace ciclo::gateway {
namespace {

// Hotmart hears within two seconds whether its event is safe.
constexpr std::chrono::milliseconds patience{1500};

void run(const Config& config, net::Service& service)
{
    boost::asio::io_context io{1}; // outlives the batcher, which posts to it until its thread has ended
    rabbitmq::Publisher publisher{config.amqp_url};
    EventBatcher batcher{config.database_url, publisher, service.metrics(), {}};
    Intake intake{io, batcher, patience};
    ReceiveHotmart receive{config, intake, service.metrics()};
    net::HttpServer server{io, config.listen.host, config.listen.port, {}, [&receive](net::HttpRequest request) {
                               return receive(std::move(request));
                           }};
    log::info("receiving webhooks", {{"port", server.port()}});

    const auto database_ready = service.add_readiness("postgresql", [&batcher] { return batcher.connected(); });
    const auto broker_ready = service.add_readiness("rabbitmq", [&publisher] { return publisher.connected(); });
    const std::stop_callback on_stop{service.stopping(), [&] {
                                         server.stop();
                                         boost::asio::post(io, [&intake] { intake.stop(); });
                                     }};
    io.run();
    log::info("stopped receiving; everything accepted is stored");
}

} // namespace
} // namespace ciclo::gateway

int main(int argc, char** argv)
{
    using namespace ciclo;
    return net::run_service(argc, argv,
                            {"webhook-gateway", "Receives Hotmart's webhooks and stores them before answering."},
                            [](Environment& environment) -> net::ServiceBody {
                                return [config = gateway::Config::read(environment)](net::Service& service) {
                                    gateway::run(config, service);
                                };
                            });
}
