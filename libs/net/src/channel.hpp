#pragma once

#include "core/result.hpp"

#include <chrono>
#include <cstddef>
#include <span>
#include <string_view>

namespace ciclo::net {

using Deadline = std::chrono::steady_clock::time_point;

// A connected byte stream for a blocking caller. Errors carry a text; what one means for the call is
// decided by whoever knows how far the call had come.
class Channel {
public:
    virtual ~Channel() = default;

    virtual Result<std::size_t> read(std::span<char> room, Deadline deadline) = 0; // 0: the peer has ended
    virtual Result<void> write(std::string_view bytes, Deadline deadline) = 0;

    // Whether anything has left this machine since the last call.
    virtual bool take_sent() noexcept = 0;

    // False when the peer has ended, or has sent something nobody asked for.
    virtual bool is_reusable() = 0;
};

} // namespace ciclo::net
