#pragma once

#include "net/http_message.hpp"

#include <ctime>
#include <string>
#include <string_view>

namespace ciclo::net {

// The Date field, formatted once a second.
class DateField {
public:
    std::string_view text();

private:
    std::time_t second_ = 0;
    std::string text_;
};

enum class Connection { as_usual, keep_alive /* an HTTP/1.0 client wants to be told */, close };

// Status line and fields, up to and including the empty line. `head` keeps its memory between calls.
void write_response_head(std::string& head, const HttpResponse& response, Connection connection, std::string_view date);

// 1xx, 204 and 304 never have a body.
bool may_have_body(int status) noexcept;

} // namespace ciclo::net
