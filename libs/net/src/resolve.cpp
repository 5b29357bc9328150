#include "resolve.hpp"

#include <netdb.h>

#include <condition_variable>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace ciclo::net {

namespace {

using Addresses = Result<std::vector<SocketAddress>>;

Addresses look_up(const std::string& host, std::uint16_t port, int flags)
{
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = flags | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const int failure = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
    if (failure != 0)
        return Error{ErrorKind::unavailable, std::string{"cannot resolve: "} + ::gai_strerror(failure)};
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner{found, &::freeaddrinfo};
    std::vector<SocketAddress> addresses;
    for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
        SocketAddress address;
        std::memcpy(&address.storage, entry->ai_addr, entry->ai_addrlen);
        address.size = entry->ai_addrlen;
        addresses.push_back(address);
    }
    return addresses;
}

struct Pending {
    std::mutex mutex{};
    std::condition_variable done{};
    std::optional<Addresses> addresses{};
};

} // namespace

Result<std::vector<SocketAddress>> resolve(const std::string& host, std::uint16_t port, Deadline deadline)
{
    if (auto numeric = look_up(host, port, AI_NUMERICHOST))
        return numeric;

    // getaddrinfo() knows no deadline. Its thread is left behind when it takes too long, and ends alone.
    const auto pending = std::make_shared<Pending>();
    std::thread{[pending, host, port] {
        auto addresses = look_up(host, port, AI_ADDRCONFIG);
        const std::lock_guard lock{pending->mutex};
        pending->addresses.emplace(std::move(addresses));
        pending->done.notify_one();
    }}.detach();

    std::unique_lock lock{pending->mutex};
    if (!pending->done.wait_until(lock, deadline, [&] { return pending->addresses.has_value(); }))
        return Error{ErrorKind::unavailable, "timed out while resolving"};
    return std::move(*pending->addresses);
}

} // namespace ciclo::net
