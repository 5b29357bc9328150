#pragma once

#include <poll.h>

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace ciclo::testing {

// A TCP proxy on 127.0.0.1 in front of the broker, whose cable can be pulled. Starts without listening.
class Proxy {
public:
    Proxy(); // reserves a port
    ~Proxy();
    Proxy(const Proxy&) = delete;
    Proxy& operator=(const Proxy&) = delete;

    std::string url() const; // the broker as seen through this proxy

    void plug_in();                      // accepts and forwards
    void cut();                          // resets all connections and refuses new ones
    void cut_after(std::uint64_t bytes); // does so once this many more bytes went to the broker
    void stall();                        // keeps the connections and forwards nothing any more

private:
    enum class Mode { refusing, forwarding, stalled };
    struct Link {
        int client;
        int broker;
    };

    void run();
    std::vector<pollfd> sockets_to_watch();
    void serve(int socket);
    void accept_one();
    bool forward(int from, int to, bool to_broker);
    void close_all();

    std::uint16_t port_ = 0;
    std::mutex mutex_; // guards all below
    int listener_ = -1;
    Mode mode_ = Mode::refusing;
    std::vector<Link> links_;
    std::uint64_t bytes_left_ = ~std::uint64_t{0};
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

} // namespace ciclo::testing
