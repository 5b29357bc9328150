#include "publisher_session.hpp"

#include "core/log.hpp"
#include "declare_topology.hpp"
#include "message_buffer.hpp"
#include "rabbitmq/topology.hpp"
#include "reply.hpp"
#include "wakeup.hpp"

#include <amqp.h>
#include <amqp_framing.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace ciclo::rabbitmq {

namespace {

using namespace std::chrono_literals;

// More in flight gained nothing (reference broker: 31,000/s with 100, 36,000/s with 1000).
constexpr std::size_t window_limit = 1000;
// Small enough for a socket that poll() calls writable, so that writing a batch does not wait.
constexpr std::size_t batch_limit = 64;
// The library sends heartbeats only while it is called; half of the 20 s would be too late for safety.
constexpr auto longest_wait = 5s;

// Each message is three writes of the library. Corked, the kernel makes one packet of a whole batch.
class Cork {
public:
    explicit Cork(int socket) noexcept : socket_{socket} { set(1); }
    ~Cork() { set(0); }
    Cork(const Cork&) = delete;
    Cork& operator=(const Cork&) = delete;

private:
    void set(int on) const noexcept { ::setsockopt(socket_, IPPROTO_TCP, TCP_CORK, &on, sizeof on); }
    int socket_;
};

amqp_bytes_t bytes(std::string_view text) noexcept
{
    // The library takes a pointer to mutable bytes and only reads them.
    return amqp_bytes_t{text.size(), const_cast<char*>(text.data())};
}

} // namespace

Result<Connection> PublisherSession::connect(const BrokerAddress& address, Wakeup& wakeup)
{
    auto connection = Connection::open(address, "publisher", wakeup);
    if (!connection)
        return connection;
    const Wakeup::Guard guard{wakeup, connection->socket()};
    if (const auto declared = declare_topology(*connection); !declared)
        return declared.error();
    amqp_confirm_select(connection->state(), only_channel);
    if (const auto selected = connection->outcome("asking for confirms"); !selected)
        return selected.error();
    return connection;
}

PublisherSession::PublisherSession(Connection connection, std::deque<Message>& pending, MessageBuffer& buffer,
                                   PublisherCounters& counters)
    : connection_{std::move(connection)}, pending_{pending}, buffer_{buffer}, counters_{counters}, window_{window_limit}
{
}

bool PublisherSession::may_publish(Clock::time_point now) const noexcept
{
    return !pending_.empty() && !blocked_ && window_.room() > 0 && now >= resume_at_;
}

PublisherSession::Clock::duration PublisherSession::patience(Clock::time_point now) const noexcept
{
    if (connection_.has_buffered_input()) // in memory, where poll() does not see it
        return Clock::duration::zero();
    if (!pending_.empty() && resume_at_ > now)
        return resume_at_ - now;
    return longest_wait;
}

Result<void> PublisherSession::step(Wakeup& wakeup)
{
    if (pending_.empty())
        buffer_.take(pending_);
    const auto now = Clock::now();
    const bool publishing = may_publish(now);
    const short interest = publishing ? POLLIN | POLLOUT : POLLIN;
    const short events = wakeup.wait(connection_.socket(), interest, patience(now));

    if ((events & POLLOUT) != 0)
        if (auto published = publish_batch(); !published)
            return published;
    // From time to time without events too: this is when the library looks after its heartbeats.
    if ((events & ~POLLOUT) != 0 || connection_.has_buffered_input() || Clock::now() - read_at_ >= longest_wait)
        if (auto read = read_answers(); !read)
            return read;
    return queue_missing_ ? declare_again() : Result<void>{};
}

Result<void> PublisherSession::publish_batch()
{
    const std::size_t count = std::min({pending_.size(), window_.room(), batch_limit});
    std::optional<Cork> cork;
    if (count > 1)
        cork.emplace(connection_.socket());
    for (std::size_t i = 0; i < count; ++i) {
        if (auto published = publish(pending_.front()); !published)
            return published;
        window_.add(std::move(pending_.front()));
        pending_.pop_front();
    }
    counters_.published += count;
    return {};
}

Result<void> PublisherSession::publish(const Message& message)
{
    amqp_basic_properties_t properties{};
    properties._flags = AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_CORRELATION_ID_FLAG |
                        AMQP_BASIC_TYPE_FLAG;
    properties.content_type = bytes("application/json");
    properties.delivery_mode = AMQP_DELIVERY_PERSISTENT;
    properties.correlation_id = bytes(message.correlation_id);
    properties.type = bytes(message.type);
    const int status = amqp_basic_publish(connection_.state(), only_channel, bytes(exchange), bytes(message.queue),
                                          /*mandatory*/ 1, /*immediate*/ 0, &properties, bytes(message.body));
    if (status != AMQP_STATUS_OK)
        return error_of_status(status, "publishing");
    return {};
}

Result<void> PublisherSession::read_answers()
{
    read_at_ = Clock::now();
    do {
        amqp_frame_t frame{};
        timeval no_wait{};
        const int status = amqp_simple_wait_frame_noblock(connection_.state(), &frame, &no_wait);
        if (status == AMQP_STATUS_TIMEOUT)
            return {};
        if (status != AMQP_STATUS_OK)
            return error_of_status(status, "waiting for confirms");
        if (auto handled = handle(frame); !handled)
            return handled;
        amqp_maybe_release_buffers(connection_.state());
    } while (connection_.has_buffered_input());
    return {};
}

Result<void> PublisherSession::handle(const amqp_frame_t_& frame)
{
    if (frame.frame_type != AMQP_FRAME_METHOD)
        return error_of_frame(frame);
    const amqp_method_t& method = frame.payload.method;
    switch (method.id) {
    case AMQP_BASIC_ACK_METHOD: {
        const auto& ack = *static_cast<const amqp_basic_ack_t*>(method.decoded);
        confirmed(ack.delivery_tag, ack.multiple != 0);
        return {};
    }
    case AMQP_BASIC_NACK_METHOD: {
        const auto& nack = *static_cast<const amqp_basic_nack_t*>(method.decoded);
        refused(nack.delivery_tag, nack.multiple != 0);
        return {};
    }
    case AMQP_BASIC_RETURN_METHOD:
        return returned();
    case AMQP_CONNECTION_BLOCKED_METHOD:
        log::warning("RabbitMQ takes no messages: it is short of memory or disk");
        blocked_ = true;
        return {};
    case AMQP_CONNECTION_UNBLOCKED_METHOD:
        log::info("RabbitMQ takes messages again");
        blocked_ = false;
        return {};
    default:
        return error_of_frame(frame);
    }
}

void PublisherSession::confirmed(std::uint64_t tag, bool multiple)
{
    const std::size_t count = window_.confirm(tag, multiple);
    // The broker confirms also what it returned: it has done with it.
    const std::size_t not_queued = std::min(count, returned_unsettled_);
    returned_unsettled_ -= not_queued;
    counters_.confirmed += count - not_queued;
    buffer_.settled(count);
}

// The queue cannot store it at present. Published again after a pause, or this would be a busy loop.
void PublisherSession::refused(std::uint64_t tag, bool multiple)
{
    window_.refuse(tag, multiple, pending_);
    resume_at_ = Clock::now() + 200ms;
}

// Not published again: the queue may be one that nobody declares. The sweeper rings again.
Result<void> PublisherSession::returned()
{
    amqp_message_t content{};
    const auto read = amqp_read_message(connection_.state(), only_channel, &content, 0);
    if (read.reply_type != AMQP_RESPONSE_NORMAL)
        return error_of_reply(read, "reading a returned message");
    amqp_destroy_message(&content);
    ++counters_.returned;
    ++returned_unsettled_;
    queue_missing_ = true;
    return {};
}

// Somebody deleted a queue under us. At most once a second, whatever comes back meanwhile.
Result<void> PublisherSession::declare_again()
{
    const auto now = Clock::now();
    if (blocked_ || now - declared_at_ < 1s) // while it blocks, it would not answer either
        return {};
    log::warning("RabbitMQ returned a message: its queue is missing; declaring the queues again");
    declared_at_ = now;
    queue_missing_ = false;
    return declare_topology(connection_);
}

} // namespace ciclo::rabbitmq
