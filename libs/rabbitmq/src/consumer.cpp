#include "rabbitmq/consumer.hpp"

#include "backoff.hpp"
#include "broker_address.hpp"
#include "core/log.hpp"
#include "subscription.hpp"
#include "wakeup.hpp"

#include <algorithm>
#include <atomic>
#include <optional>
#include <utility>

namespace ciclo::rabbitmq {

using SteadyClock = std::chrono::steady_clock;

struct Consumer::Impl {
    Impl(std::string amqp_url, std::string queue_name, std::uint16_t prefetch_count)
        : address{address_or_throw(std::move(amqp_url))}, queue{std::move(queue_name)}, prefetch{prefetch_count}
    {
    }

    void connect();
    void lost(const Error& reason);
    void wait_until(SteadyClock::time_point deadline);
    void reject(const Delivery& delivery, bool requeue);

    const BrokerAddress address;
    const std::string queue;
    const std::uint16_t prefetch;
    Wakeup wakeup;
    std::optional<Subscription> subscription;
    std::uint64_t generation = 0;
    Backoff backoff;
    SteadyClock::time_point next_attempt{};
    bool failing = false;
    std::atomic<bool> connected{false};
};

void Consumer::Impl::connect()
{
    if (SteadyClock::now() < next_attempt)
        return;
    auto connection = Subscription::open(address, queue, prefetch, wakeup);
    if (!connection) {
        if (!wakeup.is_cut() && !std::exchange(failing, true)) // once per outage
            log::warning("no connection to consume on", {{"queue", queue}, {"reason", connection.error().detail}});
        next_attempt = SteadyClock::now() + backoff.next();
        return;
    }
    failing = false;
    subscription.emplace(std::move(*connection), ++generation);
    connected = true;
}

void Consumer::Impl::lost(const Error& reason)
{
    log::warning("connection to consume on lost", {{"queue", queue}, {"reason", reason.detail}});
    backoff.connection_lasted(subscription->lifetime());
    next_attempt = SteadyClock::now() + backoff.next();
    subscription.reset();
    connected = false;
}

void Consumer::Impl::wait_until(SteadyClock::time_point deadline)
{
    const auto now = SteadyClock::now();
    if (subscription)
        subscription->wait(deadline - now, wakeup);
    else
        (void)wakeup.wait(-1, 0, std::min(deadline, next_attempt) - now);
}

void Consumer::Impl::reject(const Delivery& delivery, bool requeue)
{
    if (!subscription)
        return;
    if (const auto alive = subscription->reject(delivery, requeue); !alive)
        lost(alive.error());
}

Consumer::Consumer(std::string amqp_url, std::string queue, std::uint16_t prefetch)
    : impl_{std::make_unique<Impl>(std::move(amqp_url), std::move(queue), prefetch)}
{
}

Consumer::~Consumer()
{
    if (impl_->subscription)
        impl_->subscription->close();
}

std::vector<Delivery> Consumer::take(std::size_t most, std::chrono::milliseconds wait, std::stop_token stop)
{
    const auto deadline = SteadyClock::now() + wait;
    std::vector<Delivery> deliveries;
    impl_->wakeup.reset();
    // Cuts only an attempt to connect: on a connection that stands the last answers are still to be sent.
    const std::stop_callback on_stop{stop, [impl = impl_.get()] { impl->wakeup.cut(); }};
    while (!stop.stop_requested()) {
        if (!impl_->subscription)
            impl_->connect();
        if (impl_->subscription) {
            if (const auto alive = impl_->subscription->collect(most, deliveries); !alive) {
                impl_->lost(alive.error());
                deliveries.clear(); // they will be delivered again
            }
        }
        if (!deliveries.empty() || SteadyClock::now() >= deadline)
            break;
        impl_->wait_until(deadline);
    }
    return deliveries;
}

void Consumer::ack(const std::vector<Delivery>& deliveries)
{
    if (!impl_->subscription)
        return;
    if (const auto alive = impl_->subscription->ack(deliveries); !alive)
        impl_->lost(alive.error());
}

void Consumer::reject(const Delivery& delivery)
{
    impl_->reject(delivery, false);
}

void Consumer::give_back(const Delivery& delivery)
{
    impl_->reject(delivery, true);
}

bool Consumer::connected() const noexcept
{
    return impl_->connected;
}

} // namespace ciclo::rabbitmq
