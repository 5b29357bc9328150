#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace ciclo::testing {

struct RawResponse {
    int status = 0;
    std::string head;
    std::string body;

    bool has(std::string_view text) const { return head.find(text) != std::string::npos; }
};

// A socket that says exactly what a test wants said. Every wait is bounded.
class RawClient {
public:
    explicit RawClient(std::uint16_t port);
    ~RawClient();
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

    bool send(std::string_view bytes); // false once the server has cut the connection
    void end_sending();

    enum class Body { as_announced, none };
    RawResponse response(Body body = Body::as_announced); // status 0 when the connection ended before

    std::string line();                                     // up to and including "\r\n"
    bool is_closed_within(std::chrono::milliseconds limit); // by the server, without a further byte

private:
    bool receive();
    std::string take(std::size_t size);

    int descriptor_;
    std::string received_;
};

} // namespace ciclo::testing
