#pragma once

#include "answer.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace ciclo::bench {

using Moment = std::chrono::steady_clock::time_point;

// One keep-alive connection with at most one request under way. Never blocks after connecting.
class Connection {
public:
    enum class Progress { waiting, answered, broken };

    // Connects to 127.0.0.1; throws std::system_error.
    Connection(std::uint16_t port, std::string blank_request);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    int descriptor() const noexcept { return descriptor_; }
    bool is_busy() const noexcept { return busy_; }

    // To be filled in before begin().
    std::string& request() noexcept { return request_; }

    // Sends the request. `since`: what its latency counts from.
    Progress begin(Moment since);

    // The socket is readable or writable.
    Progress go_on();

    // Of the answered request.
    Moment since() const noexcept { return since_; }
    bool was_accepted() const noexcept { return accepted_; }

    bool has_unsent() const noexcept { return busy_ && sent_ < request_.size(); }

private:
    bool send_some();
    Progress receive();

    int descriptor_;
    std::string request_;
    std::size_t sent_ = 0;
    std::string input_;
    Moment since_;
    bool busy_ = false;
    bool accepted_ = false;
};

} // namespace ciclo::bench
