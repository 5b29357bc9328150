#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace ciclo::testing {

// One accepted connection, for blocking use with bounded waits.
class PeerConnection {
public:
    explicit PeerConnection(int descriptor) : descriptor_(descriptor) {}
    ~PeerConnection();
    PeerConnection(const PeerConnection&) = delete;
    PeerConnection& operator=(const PeerConnection&) = delete;

    int descriptor() const { return descriptor_; }
    std::string request(); // head and announced body; empty when the client has gone
    void send(std::string_view bytes);
    void wait_until_closed(); // by the client
    void reset();             // closes with a TCP reset

private:
    int descriptor_;
};

// A server that does with its first, second, ... connection what the test wrote down for it.
class ScriptedPeer {
public:
    using Script = std::function<void(PeerConnection&)>;

    explicit ScriptedPeer(std::vector<Script> scripts);
    ~ScriptedPeer();
    ScriptedPeer(const ScriptedPeer&) = delete;
    ScriptedPeer& operator=(const ScriptedPeer&) = delete;

    std::uint16_t port() const { return port_; }
    std::string url(std::string_view path = "/") const;
    int connections() const { return connections_; }

    // After `count` scripts have ended.
    bool has_finished(int count, std::chrono::milliseconds limit = std::chrono::seconds{2}) const;

private:
    void run();

    std::vector<Script> scripts_;
    std::uint16_t port_ = 0;
    int listener_;
    std::atomic<int> connections_ = 0;
    std::atomic<int> finished_ = 0;
    std::thread thread_;
};

// A port on which nobody listens.
std::uint16_t closed_port();

} // namespace ciclo::testing
