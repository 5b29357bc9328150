#include "rabbitmq/publisher.hpp"

#include "backoff.hpp"
#include "broker_address.hpp"
#include "core/log.hpp"
#include "message_buffer.hpp"
#include "publisher_session.hpp"
#include "wakeup.hpp"

#include <atomic>
#include <deque>
#include <future>
#include <iterator>
#include <thread>
#include <utility>

namespace ciclo::rabbitmq {

using namespace std::chrono_literals;

struct Publisher::Impl {
    Impl(std::string amqp_url, std::size_t buffer_limit)
        : address{address_or_throw(std::move(amqp_url))}, buffer{buffer_limit, wakeup}
    {
    }

    void run();
    void serve(Connection connection);
    void pause(std::chrono::milliseconds duration);
    void stop();

    const BrokerAddress address;
    Wakeup wakeup;
    MessageBuffer buffer;
    PublisherCounters counters;
    std::atomic<bool> connected{false};
    std::atomic<bool> stopping{false};
    std::deque<Message> pending; // taken from the buffer and not written yet: the thread's own
    std::promise<void> ended;
    std::thread thread; // last: it uses all of the above
};

void Publisher::Impl::run()
{
    Backoff backoff;
    bool first = true;
    bool failing = false;
    while (!stopping) {
        auto connection = PublisherSession::connect(address, wakeup);
        if (!connection) {
            if (!std::exchange(failing, true)) // once per outage
                log::warning("no connection to publish on", {{"reason", connection.error().detail}});
            pause(backoff.next());
            continue;
        }
        failing = false;
        if (!std::exchange(first, false))
            ++counters.reconnects;
        const auto since = std::chrono::steady_clock::now();
        serve(std::move(*connection));
        backoff.connection_lasted(std::chrono::steady_clock::now() - since);
        pause(backoff.next());
    }
    ended.set_value();
}

void Publisher::Impl::serve(Connection connection)
{
    PublisherSession session{std::move(connection), pending, buffer, counters};
    const Wakeup::Guard guard{wakeup, session.socket()};
    connected = true;
    Result<void> alive;
    while (alive && !stopping)
        alive = session.step(wakeup);
    connected = false;
    if (!alive)
        log::warning("connection to publish on lost", {{"reason", alive.error().detail}});
    else if (!session.blocked()) // a broker that reads nothing would not hear the goodbye
        session.close();

    auto unconfirmed = session.unconfirmed();
    unconfirmed.insert(unconfirmed.end(), std::make_move_iterator(pending.begin()),
                       std::make_move_iterator(pending.end()));
    pending = std::move(unconfirmed);
}

void Publisher::Impl::pause(std::chrono::milliseconds duration)
{
    const auto end = std::chrono::steady_clock::now() + duration;
    for (auto left = end - std::chrono::steady_clock::now(); !stopping && left > left.zero();
         left = end - std::chrono::steady_clock::now())
        (void)wakeup.wait(-1, 0, left);
}

// The thread ends by itself as soon as it looks; a call that hangs in the network is cut short.
void Publisher::Impl::stop()
{
    stopping = true;
    wakeup.wake();
    if (ended.get_future().wait_for(1500ms) != std::future_status::ready)
        wakeup.cut();
    thread.join();
}

Publisher::Publisher(std::string amqp_url, std::size_t buffer_limit)
    : impl_{std::make_unique<Impl>(std::move(amqp_url), buffer_limit)}
{
    impl_->thread = std::thread{[impl = impl_.get()] { impl->run(); }};
}

Publisher::~Publisher()
{
    flush(2s);
    impl_->stop();
}

void Publisher::publish(Message message) noexcept
{
    impl_->buffer.add(std::move(message));
}

void Publisher::publish(std::vector<Message> messages) noexcept
{
    impl_->buffer.add(std::move(messages));
}

bool Publisher::connected() const noexcept
{
    return impl_->connected;
}

Publisher::Counters Publisher::counters() const noexcept
{
    const auto& counters = impl_->counters;
    return Counters{counters.published, counters.confirmed, impl_->buffer.dropped(), counters.returned,
                    counters.reconnects};
}

bool Publisher::flush(std::chrono::milliseconds patience)
{
    return impl_->buffer.wait_until_settled(patience);
}

} // namespace ciclo::rabbitmq
