#include "scripted_peer.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

namespace ciclo::testing {

namespace {

int listen_on_free_port(std::uint16_t& port)
{
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener, generic, size) != 0 || ::listen(listener, 8) != 0 ||
        ::getsockname(listener, generic, &size) != 0)
        throw std::runtime_error("the test cannot listen");
    port = ntohs(address.sin_port);
    return listener;
}

} // namespace

PeerConnection::~PeerConnection()
{
    if (descriptor_ >= 0)
        ::close(descriptor_);
}

std::string PeerConnection::request()
{
    std::string received;
    for (;;) {
        const auto head_end = received.find("\r\n\r\n");
        if (head_end != std::string::npos) {
            const auto length = received.find("Content-Length: ");
            const std::size_t body = length == std::string::npos ? 0 : std::stoul(received.substr(length + 16, 20));
            if (received.size() >= head_end + 4 + body)
                return received;
        }
        char room[65536];
        const auto size = ::recv(descriptor_, room, sizeof room, 0);
        if (size <= 0)
            return {};
        received.append(room, static_cast<std::size_t>(size));
    }
}

void PeerConnection::send(std::string_view bytes)
{
    while (!bytes.empty()) {
        const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

void PeerConnection::wait_until_closed()
{
    char room[4096];
    while (::recv(descriptor_, room, sizeof room, 0) > 0) {
    }
}

void PeerConnection::reset()
{
    const linger at_once{1, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(descriptor_);
    descriptor_ = -1;
}

ScriptedPeer::ScriptedPeer(std::vector<Script> scripts)
    : scripts_(std::move(scripts)), listener_(listen_on_free_port(port_)), thread_([this] { run(); })
{
}

ScriptedPeer::~ScriptedPeer()
{
    ::shutdown(listener_, SHUT_RDWR); // wakes accept()
    thread_.join();
    ::close(listener_);
}

void ScriptedPeer::run()
{
    for (const Script& script : scripts_) {
        const int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (descriptor < 0)
            return;
        const timeval limit{2, 0};
        ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        ::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
        ++connections_;
        {
            PeerConnection connection{descriptor};
            script(connection);
        }
        ++finished_;
    }
}

std::string ScriptedPeer::url(std::string_view path) const
{
    return "http://127.0.0.1:" + std::to_string(port_) + std::string{path};
}

bool ScriptedPeer::has_finished(int count, std::chrono::milliseconds limit) const
{
    const auto end = std::chrono::steady_clock::now() + limit;
    while (finished_ < count) {
        if (std::chrono::steady_clock::now() > end)
            return false;
        std::this_thread::yield();
    }
    return true;
}

std::uint16_t closed_port()
{
    std::uint16_t port = 0;
    ::close(listen_on_free_port(port));
    return port;
}

} // namespace ciclo::testing
