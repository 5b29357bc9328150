#include "raw_client.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

namespace ciclo::testing {

RawClient::RawClient(std::uint16_t port) : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval limit{2, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        throw std::runtime_error("the test cannot connect");
}

RawClient::~RawClient()
{
    ::close(descriptor_);
}

bool RawClient::send(std::string_view bytes)
{
    while (!bytes.empty()) {
        const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

void RawClient::end_sending()
{
    ::shutdown(descriptor_, SHUT_WR);
}

bool RawClient::receive()
{
    char room[65536];
    const auto size = ::recv(descriptor_, room, sizeof room, 0);
    if (size > 0)
        received_.append(room, static_cast<std::size_t>(size));
    return size > 0;
}

std::string RawClient::take(std::size_t size)
{
    std::string taken = received_.substr(0, size);
    received_.erase(0, size);
    return taken;
}

RawResponse RawClient::response(Body body)
{
    while (received_.find("\r\n\r\n") == std::string::npos) {
        if (!receive())
            return {};
    }
    RawResponse response;
    response.head = take(received_.find("\r\n\r\n") + 4);
    response.status = std::stoi(response.head.substr(9, 3));
    const auto length = response.head.find("Content-Length: ");
    if (body == Body::none || length == std::string::npos)
        return response;
    const std::size_t size = std::stoul(response.head.substr(length + 16));
    while (received_.size() < size) {
        if (!receive())
            return {};
    }
    response.body = take(size);
    return response;
}

std::string RawClient::line()
{
    while (received_.find("\r\n") == std::string::npos) {
        if (!receive())
            return {};
    }
    return take(received_.find("\r\n") + 2);
}

bool RawClient::is_closed_within(std::chrono::milliseconds limit)
{
    pollfd entry{descriptor_, POLLIN, 0};
    if (!received_.empty() || ::poll(&entry, 1, static_cast<int>(limit.count())) != 1)
        return false;
    char byte = 0;
    return ::recv(descriptor_, &byte, 1, MSG_DONTWAIT) <= 0;
}

} // namespace ciclo::testing
