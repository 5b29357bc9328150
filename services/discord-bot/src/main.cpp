#include "bot.hpp"
#include "config.hpp"

#include "net/service.hpp"

int main(int argc, char** argv)
{
    using namespace ciclo;
    return net::run_service(argc, argv, {"discord-bot", "Is on Discord's gateway: /registrar, joins, rules accepted."},
                            [](Environment& environment) -> net::ServiceBody {
                                return [config = discord_bot::Config::read(environment)](net::Service& service) {
                                    discord_bot::Bot{config, service}.run();
                                };
                            });
}
