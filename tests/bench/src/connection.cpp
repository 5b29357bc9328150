#include "connection.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace ciclo::bench {

namespace {

[[noreturn]] void fail(const char* doing)
{
    throw std::system_error(errno, std::generic_category(), doing);
}

int connect_to(std::uint16_t port)
{
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        fail("making a socket");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
        ::fcntl(descriptor, F_SETFL, O_NONBLOCK) != 0) {
        const int why = errno;
        ::close(descriptor);
        errno = why;
        fail("connecting to the gateway");
    }
    return descriptor;
}

} // namespace

Connection::Connection(std::uint16_t port, std::string blank_request)
    : descriptor_(connect_to(port)), request_(std::move(blank_request))
{
}

Connection::~Connection()
{
    ::close(descriptor_);
}

Connection::Progress Connection::begin(Moment since)
{
    since_ = since;
    sent_ = 0;
    busy_ = true;
    return send_some() ? Progress::waiting : Progress::broken;
}

bool Connection::send_some()
{
    while (sent_ < request_.size()) {
        const auto count = ::send(descriptor_, request_.data() + sent_, request_.size() - sent_, MSG_NOSIGNAL);
        if (count < 0)
            return errno == EAGAIN;
        sent_ += static_cast<std::size_t>(count);
    }
    return true;
}

Connection::Progress Connection::go_on()
{
    if (has_unsent() && !send_some())
        return Progress::broken;
    return receive();
}

Connection::Progress Connection::receive()
{
    std::array<char, 4096> buffer;
    const auto count = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
    if (count < 0)
        return errno == EAGAIN ? Progress::waiting : Progress::broken;
    if (count == 0 || !busy_)
        return Progress::broken;
    input_.append(buffer.data(), static_cast<std::size_t>(count));
    const auto answer = parse_answer(input_);
    if (!answer)
        return Progress::waiting;
    accepted_ = answer->status == 200 && answer->body.find("\"accepted\"") != std::string_view::npos;
    input_.erase(0, answer->size);
    busy_ = false;
    return Progress::answered;
}

} // namespace ciclo::bench
