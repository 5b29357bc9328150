#pragma once

#include "input_buffer.hpp"
#include "net/http_message.hpp"

#include <cstddef>
#include <memory>

namespace ciclo::net {

// Makes requests of received bytes, one after the other. One per connection; Beast stays in the .cpp file.
class RequestReader {
public:
    enum class Progress { needs_more, complete, refused };

    RequestReader(std::size_t max_header_bytes, std::size_t max_body_bytes);
    ~RequestReader();

    // Takes from the buffer what belongs to the current request. Not to be called when it is empty.
    Progress put(InputBuffer& buffer);

    bool header_complete() const;
    bool wants_continue() const; // the client waits for "100 Continue" before it sends the body
    HttpResponse refusal() const;

    struct Request {
        HttpRequest message;
        bool keep_alive = false;
        bool http_1_0 = false;
    };
    Request take(); // after `complete`; the next put() starts a new request

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace ciclo::net
