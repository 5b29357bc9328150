#include "tcp_connect.hpp"

#include "wakeup.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>

namespace ciclo::rabbitmq {

namespace {

using Deadline = std::chrono::steady_clock::time_point;

std::string reason_of(int error)
{
    return std::generic_category().message(error);
}

// 0 as soon as the connection stands, otherwise the errno that ended it.
int wait_until_connected(int socket, Deadline deadline, Wakeup& wakeup)
{
    for (;;) {
        const auto left = deadline - std::chrono::steady_clock::now();
        if (wakeup.is_cut())
            return ECANCELED;
        if (left <= left.zero())
            return ETIMEDOUT;
        if (wakeup.wait(socket, POLLOUT, left) == 0)
            continue;
        int error = 0;
        socklen_t size = sizeof error;
        return ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
    }
}

Result<int> connect_to(const addrinfo& address, Deadline deadline, Wakeup& wakeup)
{
    const int type = address.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC;
    const int socket = ::socket(address.ai_family, type, address.ai_protocol);
    if (socket < 0)
        return Error{ErrorKind::unavailable, reason_of(errno)};
    int error = ::connect(socket, address.ai_addr, address.ai_addrlen) == 0 ? 0 : errno;
    if (error == EINPROGRESS)
        error = wait_until_connected(socket, deadline, wakeup);
    if (error != 0) {
        ::close(socket);
        return Error{ErrorKind::unavailable, reason_of(error)};
    }
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return socket;
}

} // namespace

Result<int> tcp_connect(const std::string& host, int port, std::chrono::milliseconds patience, Wakeup& wakeup)
{
    const Deadline deadline = std::chrono::steady_clock::now() + patience;
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (const int status = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found); status != 0)
        return Error{ErrorKind::unavailable, ::gai_strerror(status)};
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses{found, &::freeaddrinfo};

    Error last{ErrorKind::unavailable, "no address"};
    for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
        const auto socket = connect_to(*address, deadline, wakeup);
        if (socket)
            return *socket;
        last = socket.error();
    }
    return last;
}

} // namespace ciclo::rabbitmq
