#include "connection.hpp"

#include "broker_address.hpp"
#include "reply.hpp"
#include "tcp_connect.hpp"
#include "wakeup.hpp"

#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_tcp_socket.h>
#include <fmt/core.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <new>

namespace ciclo::rabbitmq {

namespace {

using namespace std::chrono_literals;

constexpr int heartbeat_seconds = 20;
constexpr auto connect_patience = 3s;
constexpr timeval login_patience{5, 0};
// Creating a quorum queue on a busy broker takes a while.
constexpr timeval answer_patience{10, 0};

amqp_table_entry_t yes(const char* name)
{
    amqp_table_entry_t entry{};
    entry.key = amqp_cstring_bytes(name);
    entry.value.kind = AMQP_FIELD_KIND_BOOLEAN;
    entry.value.value.boolean = 1;
    return entry;
}

// Without these capabilities the broker would hold a publisher back in silence, and not tell a consumer
// that its queue is gone.
amqp_rpc_reply_t log_in(amqp_connection_state_t state, const BrokerAddress& address, const std::string& name)
{
    std::array capabilities{yes("connection.blocked"), yes("consumer_cancel_notify"), yes("publisher_confirms"),
                            yes("basic.nack")};
    std::array<amqp_table_entry_t, 2> properties{};
    properties[0].key = amqp_cstring_bytes("capabilities");
    properties[0].value.kind = AMQP_FIELD_KIND_TABLE;
    properties[0].value.value.table = amqp_table_t{static_cast<int>(capabilities.size()), capabilities.data()};
    properties[1].key = amqp_cstring_bytes("connection_name");
    properties[1].value.kind = AMQP_FIELD_KIND_UTF8;
    properties[1].value.value.bytes = amqp_cstring_bytes(name.c_str());
    const amqp_table_t table{static_cast<int>(properties.size()), properties.data()};
    return amqp_login_with_properties(state, address.vhost.c_str(), AMQP_DEFAULT_MAX_CHANNELS, AMQP_DEFAULT_FRAME_SIZE,
                                      heartbeat_seconds, &table, AMQP_SASL_METHOD_PLAIN, address.user.c_str(),
                                      address.password.c_str());
}

} // namespace

void Connection::Destroy::operator()(amqp_connection_state_t_* state) const noexcept
{
    amqp_destroy_connection(state);
}

Result<Connection> Connection::open(const BrokerAddress& address, std::string_view purpose, Wakeup& wakeup)
{
    const auto doing = fmt::format("RabbitMQ at {}", address.name());
    const auto socket = tcp_connect(address.host, address.port, connect_patience, wakeup);
    if (!socket)
        return Error{socket.error().kind, fmt::format("{}: {}", doing, socket.error().detail)};

    Connection connection;
    connection.state_.reset(amqp_new_connection());
    amqp_socket_t* wrapper = connection.state() == nullptr ? nullptr : amqp_tcp_socket_new(connection.state());
    if (wrapper == nullptr) {
        ::close(*socket);
        throw std::bad_alloc{};
    }
    amqp_tcp_socket_set_sockfd(wrapper, *socket); // from here on the connection closes it

    const Wakeup::Guard guard{wakeup, *socket};
    amqp_set_handshake_timeout(connection.state(), &login_patience);
    amqp_set_rpc_timeout(connection.state(), &answer_patience);
    const auto login =
        log_in(connection.state(), address, fmt::format("{} {}", program_invocation_short_name, purpose));
    if (login.reply_type != AMQP_RESPONSE_NORMAL)
        return error_of_reply(login, doing);
    amqp_channel_open(connection.state(), only_channel);
    if (const auto opened = connection.outcome(doing); !opened)
        return opened.error();
    return connection;
}

void Connection::close() noexcept
{
    constexpr timeval goodbye_patience{1, 0};
    amqp_set_rpc_timeout(state(), &goodbye_patience);
    // The outcome changes nothing: the socket is closed next.
    (void)amqp_connection_close(state(), AMQP_REPLY_SUCCESS);
}

int Connection::socket() const noexcept
{
    return amqp_get_sockfd(state());
}

Result<void> Connection::outcome(std::string_view doing) const
{
    const auto reply = amqp_get_rpc_reply(state());
    if (reply.reply_type != AMQP_RESPONSE_NORMAL)
        return error_of_reply(reply, doing);
    return {};
}

bool Connection::has_buffered_input() const noexcept
{
    return amqp_frames_enqueued(state()) != 0 || amqp_data_in_buffer(state()) != 0;
}

} // namespace ciclo::rabbitmq
