#pragma once

#include "channel.hpp"

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <vector>

namespace ciclo::net {

struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t size = 0;
};

// Numeric addresses at once, names by the system's resolver. Only `unavailable` as error.
Result<std::vector<SocketAddress>> resolve(const std::string& host, std::uint16_t port, Deadline deadline);

} // namespace ciclo::net
