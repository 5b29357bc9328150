#include "subscription.hpp"

#include "declare_topology.hpp"
#include "reply.hpp"
#include "wakeup.hpp"

#include <amqp.h>
#include <amqp_framing.h>
#include <fmt/core.h>
#include <poll.h>

#include <algorithm>

namespace ciclo::rabbitmq {

namespace {

// The library sends heartbeats only while it is called.
constexpr std::chrono::steady_clock::duration longest_wait = std::chrono::seconds{5};

std::string text_of(amqp_bytes_t bytes)
{
    return {static_cast<const char*>(bytes.bytes), bytes.len};
}

Delivery delivery_of(const amqp_envelope_t& envelope, std::uint64_t generation)
{
    const auto& properties = envelope.message.properties;
    Delivery delivery{
        envelope.delivery_tag, text_of(envelope.message.body), {}, {}, envelope.redelivered != 0, generation};
    if ((properties._flags & AMQP_BASIC_CORRELATION_ID_FLAG) != 0)
        delivery.correlation_id = text_of(properties.correlation_id);
    if ((properties._flags & AMQP_BASIC_TYPE_FLAG) != 0)
        delivery.type = text_of(properties.type);
    return delivery;
}

Result<void> sent(int status)
{
    if (status != AMQP_STATUS_OK)
        return error_of_status(status, "answering messages");
    return {};
}

} // namespace

Result<Connection> Subscription::open(const BrokerAddress& address, const std::string& queue, std::uint16_t prefetch,
                                      Wakeup& wakeup)
{
    auto connection = Connection::open(address, fmt::format("consumer of {}", queue), wakeup);
    if (!connection)
        return connection;
    const Wakeup::Guard guard{wakeup, connection->socket()};
    if (const auto declared = declare_topology(*connection); !declared)
        return declared.error();
    amqp_basic_qos(connection->state(), only_channel, 0, prefetch, 0);
    if (const auto limited = connection->outcome("setting the prefetch"); !limited)
        return limited.error();
    amqp_basic_consume(connection->state(), only_channel, amqp_cstring_bytes(queue.c_str()), amqp_empty_bytes,
                       /*no_local*/ 0, /*no_ack*/ 0, /*exclusive*/ 0, amqp_empty_table);
    if (const auto consuming = connection->outcome(fmt::format("consuming {}", queue)); !consuming)
        return consuming.error();
    return connection;
}

Result<void> Subscription::collect(std::size_t most, std::vector<Delivery>& into)
{
    while (into.size() < most) {
        amqp_envelope_t envelope{};
        timeval no_wait{};
        amqp_maybe_release_buffers(connection_.state());
        const auto reply = amqp_consume_message(connection_.state(), &envelope, &no_wait, 0);
        if (reply.reply_type == AMQP_RESPONSE_NORMAL) {
            unanswered_.delivered(envelope.delivery_tag);
            into.push_back(delivery_of(envelope, generation_));
            amqp_destroy_envelope(&envelope);
            continue;
        }
        if (reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION && reply.library_error == AMQP_STATUS_TIMEOUT)
            return {};
        if (reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION && reply.library_error == AMQP_STATUS_UNEXPECTED_STATE)
            return explain_other_frame();
        return error_of_reply(reply, "waiting for messages");
    }
    return {};
}

// Whatever is not a delivery ends a consumer's connection: closed, cancelled, or a library that lost count.
Error Subscription::explain_other_frame() const
{
    amqp_frame_t frame{};
    timeval no_wait{};
    const int status = amqp_simple_wait_frame_noblock(connection_.state(), &frame, &no_wait);
    return status == AMQP_STATUS_OK ? error_of_frame(frame) : error_of_status(status, "waiting for messages");
}

Result<void> Subscription::ack(const std::vector<Delivery>& deliveries)
{
    std::vector<std::uint64_t> tags;
    tags.reserve(deliveries.size());
    for (const auto& delivery : deliveries)
        if (delivery.generation == generation_)
            tags.push_back(delivery.tag);
    const auto acks = unanswered_.answer_all(std::move(tags));
    int status = AMQP_STATUS_OK;
    if (acks.all_up_to != 0)
        status = amqp_basic_ack(connection_.state(), only_channel, acks.all_up_to, /*multiple*/ 1);
    for (auto tag = acks.single.begin(); status == AMQP_STATUS_OK && tag != acks.single.end(); ++tag)
        status = amqp_basic_ack(connection_.state(), only_channel, *tag, /*multiple*/ 0);
    return sent(status);
}

Result<void> Subscription::reject(const Delivery& delivery, bool requeue)
{
    if (delivery.generation != generation_ || !unanswered_.answer(delivery.tag))
        return {};
    return sent(amqp_basic_reject(connection_.state(), only_channel, delivery.tag, requeue ? 1 : 0));
}

void Subscription::wait(std::chrono::steady_clock::duration patience, Wakeup& wakeup)
{
    if (connection_.has_buffered_input()) // in memory, where poll() does not see it
        return;
    (void)wakeup.wait(connection_.socket(), POLLIN, std::min(patience, longest_wait));
}

} // namespace ciclo::rabbitmq
