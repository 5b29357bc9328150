#pragma once

#include "core/result.hpp"
#include "net/http_message.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ciclo::net {

struct HttpCall {
    std::string method = "GET";
    std::string url; // absolute, http or https
    std::vector<Header> headers{};
    std::string body{};
    std::chrono::milliseconds timeout{10'000}; // resolve, connect, handshake, write and read together
    std::size_t max_response_bytes = 4 << 20;
    std::function<bool()> may_resend{}; // asked before a second sending; without it, it is made
};

struct HttpAnswer {
    int status = 0;
    std::vector<Header> headers{};
    std::string body{};

    std::string_view header(std::string_view name) const noexcept { return find_header(headers, name); }
};

struct HttpClientOptions {
    std::string extra_ca_file{}; // PEM, trusted besides the system's authorities
};

// Blocking HTTP for worker threads; one per thread. Keeps a connection per origin open between calls.
// Redirects are not followed. Error details name host and port only: a URL may hold a secret.
class HttpClient {
public:
    explicit HttpClient(HttpClientOptions options = {});
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    // Any HTTP status is a value. Errors:
    //   invalid_input    a URL, method or header that cannot be sent
    //   unavailable      no byte of the request went out: resolving, connecting or TLS failed
    //   unknown_outcome  bytes went out and no complete answer came back
    //   internal         the answer is too large or is not HTTP, or the extra authorities cannot be read
    // GET, HEAD, PUT and DELETE are sent a second time when a kept connection turns out to be closed, unless
    // HttpCall::may_resend refuses: then the outcome is unknown.
    Result<HttpAnswer> send(const HttpCall& call);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace ciclo::net
