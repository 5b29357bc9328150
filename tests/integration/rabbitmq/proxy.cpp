#include "proxy.hpp"

#include "broker.hpp"
#include "broker_address.hpp"
#include "tcp_connect.hpp"
#include "wakeup.hpp"

#include <fmt/core.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <stdexcept>

namespace ciclo::testing {

namespace {

using namespace std::chrono_literals;

int bound_socket(std::uint16_t port)
{
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        throw std::runtime_error{"the proxy cannot bind its port"};
    return socket;
}

std::uint16_t port_of(int socket)
{
    sockaddr_in address{};
    socklen_t size = sizeof address;
    ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.sin_port);
}

void reset(int socket)
{
    const linger at_once{1, 0}; // RST instead of FIN: what was under way is lost
    ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(socket);
}

} // namespace

Proxy::Proxy()
{
    const int reserved = bound_socket(0);
    port_ = port_of(reserved);
    ::close(reserved);
    // Bound from now on and by number: so it stays ours also while nobody may connect.
    listener_ = bound_socket(port_);
    thread_ = std::thread{[this] { run(); }};
}

Proxy::~Proxy()
{
    stopping_ = true;
    thread_.join();
    cut();
    ::close(listener_);
}

std::string Proxy::url() const
{
    return url_at(fmt::format("127.0.0.1:{}", port_));
}

void Proxy::plug_in()
{
    const std::lock_guard lock{mutex_};
    mode_ = Mode::forwarding;
    ::listen(listener_, 16);
}

void Proxy::cut()
{
    const std::lock_guard lock{mutex_};
    close_all();
}

void Proxy::cut_after(std::uint64_t bytes)
{
    const std::lock_guard lock{mutex_};
    bytes_left_ = bytes;
}

void Proxy::stall()
{
    const std::lock_guard lock{mutex_};
    mode_ = Mode::stalled;
}

void Proxy::close_all()
{
    mode_ = Mode::refusing;
    bytes_left_ = ~std::uint64_t{0};
    ::shutdown(listener_, SHUT_RDWR); // refuses, until the next listen()
    for (const auto& link : links_) {
        reset(link.client);
        reset(link.broker);
    }
    links_.clear();
}

void Proxy::run()
{
    while (!stopping_) {
        std::vector<pollfd> waits = sockets_to_watch();
        // Short waits instead of a wake-up: a change of mode is seen within 10 ms.
        ::poll(waits.data(), waits.size(), 10);
        const std::lock_guard lock{mutex_};
        for (const auto& wait : waits)
            if (wait.revents != 0 && mode_ == Mode::forwarding)
                serve(wait.fd);
    }
}

std::vector<pollfd> Proxy::sockets_to_watch()
{
    const std::lock_guard lock{mutex_};
    std::vector<pollfd> waits;
    if (mode_ != Mode::forwarding)
        return waits;
    waits.push_back({listener_, POLLIN, 0});
    for (const auto& link : links_) {
        waits.push_back({link.client, POLLIN, 0});
        waits.push_back({link.broker, POLLIN, 0});
    }
    return waits;
}

void Proxy::serve(int socket)
{
    if (socket == listener_)
        return accept_one();
    const auto link = std::find_if(links_.begin(), links_.end(), [socket](const Link& candidate) {
        return candidate.client == socket || candidate.broker == socket;
    });
    if (link == links_.end())
        return;
    const Link ends = *link; // forward() may clear the list
    const bool to_broker = socket == ends.client;
    if (forward(socket, to_broker ? ends.broker : ends.client, to_broker))
        return;
    reset(ends.client);
    reset(ends.broker);
    links_.erase(link);
}

void Proxy::accept_one()
{
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0)
        return;
    const auto address = rabbitmq::address_or_throw(broker_url());
    rabbitmq::Wakeup never;
    const auto broker = rabbitmq::tcp_connect(address.host, address.port, 3s, never);
    if (!broker) {
        ::close(client);
        return;
    }
    links_.push_back({client, *broker});
}

// False when this link is finished.
bool Proxy::forward(int from, int to, bool to_broker)
{
    std::array<char, 16384> buffer; // NOLINT: filled by recv
    const auto got = ::recv(from, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0)
        return errno == EAGAIN;
    if (got == 0)
        return false;
    std::uint64_t size = static_cast<std::uint64_t>(got);
    if (to_broker)
        size = std::min(size, bytes_left_);
    for (std::uint64_t sent = 0; sent < size;) {
        const auto more = ::send(to, buffer.data() + sent, size - sent, MSG_NOSIGNAL);
        if (more < 0 && errno == EAGAIN) {
            pollfd room{to, POLLOUT, 0};
            ::poll(&room, 1, 10);
        } else if (more < 0) {
            return false;
        } else {
            sent += static_cast<std::uint64_t>(more);
        }
    }
    if (to_broker && bytes_left_ != ~std::uint64_t{0}) {
        bytes_left_ -= size;
        if (bytes_left_ == 0)
            close_all();
    }
    return true;
}

} // namespace ciclo::testing
