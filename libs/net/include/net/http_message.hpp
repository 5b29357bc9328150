#pragma once

#include "core/time.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Aggregates on purpose, so a handler writes `co_return HttpResponse{...}`. Inside a `co_await`
// expression name them first: GCC 12 destroys an aggregate temporary there twice.
namespace ciclo::net {

struct Header {
    std::string name;
    std::string value;
};

// The first one of that name in any spelling; empty when absent.
std::string_view find_header(const std::vector<Header>& headers, std::string_view name) noexcept;

struct HttpRequest {
    std::string method;
    std::string target; // as sent: "/orders/7?expand=student"
    std::vector<Header> headers;
    std::string body;
    std::string remote_address; // without the port
    Time received_at{};         // when its last byte had been read

    std::string path() const;                                      // target before '?', not decoded
    std::optional<std::string> query(std::string_view name) const; // decoded; the first one of that name
    std::string_view header(std::string_view name) const noexcept { return find_header(headers, name); }
};

class BodyStream;

struct HttpResponse {
    int status = 200;
    std::string content_type = "application/json";
    std::string body{};
    std::vector<Header> headers{};
    std::shared_ptr<BodyStream> stream{}; // goes on after `body` until it ends, which closes the connection
};

// RFC 9457: what every endpoint answers when it cannot do what was asked.
HttpResponse problem(int status, std::string_view title, std::string_view detail);

// "Not Found" for 404; empty for a number without a name.
std::string_view reason_phrase(int status) noexcept;

} // namespace ciclo::net
