#pragma once

#include "desk.hpp"

#include "net/body_stream.hpp"
#include "net/http_message.hpp"

#include <atomic>
#include <memory>

namespace boost::asio {
class io_context;
}

namespace ciclo::admin {

// The jobs as server-sent events: one `jobs` event with the whole list at the start and whenever something in it has
// changed. Ends when the caller's token is good no more, and when the process stops.
class JobStreams {
public:
    JobStreams(boost::asio::io_context& io, Desk& desk) : io_(io), desk_(desk) {}

    // `first` is the list that was just read for this request. 503 when too many listen.
    net::HttpResponse open(net::HttpRequest request, std::string first);

    void stop() noexcept { stopping_ = true; } // from any thread; takes a second

private:
    friend class JobStream;
    boost::asio::io_context& io_;
    Desk& desk_;
    std::atomic<bool> stopping_ = false;
    int listeners_ = 0; // on the io_context's thread only
};

} // namespace ciclo::admin
