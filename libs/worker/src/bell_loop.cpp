#include "worker/bell_loop.hpp"

#include "core/log.hpp"

#include <chrono>
#include <thread>

namespace ciclo::worker {

namespace {

using namespace std::chrono_literals;

// A database that is away answers at once: bells must not be burnt as fast as they come.
constexpr auto pause_after_failure = 100ms;

} // namespace

BellLoop::BellLoop(Settings settings)
    : queue_(settings.queue), between_(std::move(settings.between)),
      session_(std::move(settings.database_url), std::move(settings.application), std::move(settings.prepare)),
      consumer_(std::move(settings.amqp_url), queue_, settings.prefetch)
{
}

void BellLoop::serve(const std::stop_token& stop, const RawWork& work)
{
    while (!stop.stop_requested()) {
        if (between_)
            do_between();
        const auto bells = consumer_.take(1, 1s, stop);
        if (bells.empty())
            look_after_connection();
        for (const auto& bell : bells)
            on_bell(bell, work);
    }
}

void BellLoop::on_bell(const rabbitmq::Delivery& bell, const RawWork& work)
{
    try {
        if (const auto understood = work(bell.body); !understood) {
            log::error("a bell cannot be understood; it goes to the dead letters",
                       {{"queue", queue_}, {"error", understood.error().detail}});
            consumer_.reject(bell);
            return;
        }
    } catch (const postgres::Failure& failure) {
        session_.after(failure);
        log::warning("the work of a bell was cut short; its row stays due",
                     {{"queue", queue_}, {"correlation_id", bell.correlation_id}, {"error", failure.what()}});
        std::this_thread::sleep_for(pause_after_failure);
    } catch (const std::exception& failure) {
        log::error("the work of a bell was cut short; its row stays due",
                   {{"queue", queue_}, {"correlation_id", bell.correlation_id}, {"error", failure.what()}});
    }
    consumer_.ack({bell});
}

// Keeps /readyz truthful while nothing happens.
void BellLoop::look_after_connection()
{
    try {
        (void)session_.connection();
    } catch (const postgres::Failure& failure) {
        session_.after(failure);
    }
}

void BellLoop::do_between()
{
    try {
        between_(session_.connection());
    } catch (const postgres::Failure& failure) {
        session_.after(failure);
        log::warning("work between two bells was cut short", {{"queue", queue_}, {"error", failure.what()}});
    }
}

} // namespace ciclo::worker
