#include "tcp_channel.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace ciclo::net {

namespace {

using Clock = std::chrono::steady_clock;

Error failed(std::string_view action, int code)
{
    return Error{ErrorKind::unavailable, std::string{action} + ": " + std::system_category().message(code)};
}

bool must_wait(int code) noexcept
{
    return code == EAGAIN || code == EWOULDBLOCK || code == EINTR;
}

Result<std::unique_ptr<TcpChannel>> connect_to(const SocketAddress& address, Deadline deadline)
{
    const int descriptor = ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return failed("cannot open a socket", errno);
    auto channel = std::make_unique<TcpChannel>(descriptor);
    const int yes = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address.storage), address.size) == 0)
        return channel;
    if (errno != EINPROGRESS && errno != EINTR)
        return failed("cannot connect", errno);
    if (!channel->wait(TcpChannel::Event::writable, deadline))
        return Error{ErrorKind::unavailable, "timed out while connecting"};
    int code = 0;
    socklen_t size = sizeof code;
    ::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size);
    if (code != 0)
        return failed("cannot connect", code);
    return channel;
}

} // namespace

Result<std::unique_ptr<TcpChannel>> TcpChannel::connect(const std::vector<SocketAddress>& addresses, Deadline deadline)
{
    Error last{ErrorKind::unavailable, "the name has no address"};
    auto left = static_cast<int>(addresses.size());
    for (const SocketAddress& address : addresses) {
        const auto share = (deadline - Clock::now()) / left--;
        auto channel = connect_to(address, Clock::now() + share);
        if (channel)
            return channel;
        last = channel.error();
    }
    return last;
}

TcpChannel::~TcpChannel()
{
    ::close(descriptor_);
}

Result<void> TcpChannel::wait(Event event, Deadline deadline)
{
    pollfd entry{descriptor_, static_cast<short>(event == Event::readable ? POLLIN : POLLOUT), 0};
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
        const auto most = std::clamp<decltype(left)>(left, 0, 3'600'000);
        const int ready = ::poll(&entry, 1, static_cast<int>(most));
        if (ready > 0)
            return {};
        if (ready < 0 && errno != EINTR)
            return failed("cannot wait for the peer", errno);
        if (Clock::now() >= deadline)
            return Error{ErrorKind::unavailable, "timed out"};
    }
}

long TcpChannel::receive_now(char* room, std::size_t size) noexcept
{
    return ::recv(descriptor_, room, size, 0);
}

long TcpChannel::send_now(const char* bytes, std::size_t size) noexcept
{
    const auto sent = ::send(descriptor_, bytes, size, MSG_NOSIGNAL);
    sent_ = sent_ || sent > 0;
    return sent;
}

Result<std::size_t> TcpChannel::read(std::span<char> room, Deadline deadline)
{
    for (;;) {
        const auto size = receive_now(room.data(), room.size());
        if (size >= 0)
            return static_cast<std::size_t>(size);
        if (!must_wait(errno))
            return failed("connection lost while reading", errno);
        if (const auto ready = wait(Event::readable, deadline); !ready)
            return ready.error();
    }
}

Result<void> TcpChannel::write(std::string_view bytes, Deadline deadline)
{
    while (!bytes.empty()) {
        const auto size = send_now(bytes.data(), bytes.size());
        if (size >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(size));
            continue;
        }
        if (!must_wait(errno))
            return failed("connection lost while writing", errno);
        if (const auto ready = wait(Event::writable, deadline); !ready)
            return ready.error();
    }
    return {};
}

bool TcpChannel::take_sent() noexcept
{
    return std::exchange(sent_, false);
}

bool TcpChannel::is_reusable()
{
    char byte = 0;
    return ::recv(descriptor_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && must_wait(errno);
}

} // namespace ciclo::net
