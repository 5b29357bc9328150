#include "request_text.hpp"

#include "core/text.hpp"

#include <algorithm>

namespace ciclo::net {

namespace {

bool is_token(std::string_view text) noexcept
{
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
    });
}

bool fits_one_line(std::string_view text) noexcept
{
    return text.find_first_of(std::string_view{"\r\n\0", 3}) == std::string_view::npos;
}

// What describes the body or the connection is ours to say.
bool is_ours(const Header& header)
{
    const auto name = lower_case(header.name);
    return name == "content-length" || name == "transfer-encoding" || name == "connection" || name == "host";
}

} // namespace

Result<std::string> request_text(const HttpCall& call, const Url& url)
{
    if (!is_token(call.method))
        return Error{ErrorKind::invalid_input, "the method is not an HTTP token"};
    std::string text = call.method + ' ' + url.target + " HTTP/1.1\r\nHost: " + url.host_header() + "\r\n";
    for (const Header& header : call.headers) {
        if (!is_token(header.name) || !fits_one_line(header.value))
            return Error{ErrorKind::invalid_input, "a header cannot be sent: " + header.name};
        if (!is_ours(header))
            text.append(header.name).append(": ").append(header.value).append("\r\n");
    }
    if (find_header(call.headers, "User-Agent").empty())
        text += "User-Agent: ciclo\r\n";
    // RFC 9110 8.6: methods whose meaning includes a body say even that there is none.
    if (!call.body.empty() || call.method == "POST" || call.method == "PUT" || call.method == "PATCH")
        text += "Content-Length: " + std::to_string(call.body.size()) + "\r\n";
    return text + "\r\n" + call.body;
}

} // namespace ciclo::net
