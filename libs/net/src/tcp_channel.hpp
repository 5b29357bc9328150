#pragma once

#include "channel.hpp"
#include "resolve.hpp"

#include <memory>
#include <vector>

namespace ciclo::net {

// A non-blocking socket; poll() does the waiting, so every step ends at the deadline.
class TcpChannel final : public Channel {
public:
    // Tries the addresses in their order and gives each its share of the time that is left.
    static Result<std::unique_ptr<TcpChannel>> connect(const std::vector<SocketAddress>& addresses, Deadline deadline);

    explicit TcpChannel(int descriptor) noexcept : descriptor_(descriptor) {}
    ~TcpChannel() override;
    TcpChannel(const TcpChannel&) = delete;
    TcpChannel& operator=(const TcpChannel&) = delete;

    Result<std::size_t> read(std::span<char> room, Deadline deadline) override;
    Result<void> write(std::string_view bytes, Deadline deadline) override;
    bool take_sent() noexcept override;
    bool is_reusable() override;

    // For TLS on top: one system call each, -1 with errno as usual. Never raises SIGPIPE.
    long receive_now(char* room, std::size_t size) noexcept;
    long send_now(const char* bytes, std::size_t size) noexcept;

    enum class Event { readable, writable };
    Result<void> wait(Event event, Deadline deadline);

private:
    int descriptor_;
    bool sent_ = false;
};

} // namespace ciclo::net
