#include "response_head.hpp"

#include <boost/beast/http/status.hpp>

#include <fmt/format.h>

#include <iterator>

namespace ciclo::net {

namespace {

// A line end inside a value would let its author write further fields, or a whole answer.
bool fits_one_line(std::string_view text) noexcept
{
    return text.find_first_of(std::string_view{"\r\n\0", 3}) == std::string_view::npos;
}

void write_field(std::string& head, std::string_view name, std::string_view value)
{
    if (!fits_one_line(name) || !fits_one_line(value))
        return;
    head.append(name).append(": ").append(value).append("\r\n");
}

} // namespace

std::string_view DateField::text()
{
    const std::time_t second = std::time(nullptr);
    if (second != second_) {
        second_ = second;
        std::tm utc{};
        ::gmtime_r(&second, &utc);
        char text[40];
        text_.assign(text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &utc));
    }
    return text_;
}

bool may_have_body(int status) noexcept
{
    return status >= 200 && status != 204 && status != 304;
}

void write_response_head(std::string& head, const HttpResponse& response, Connection connection, std::string_view date)
{
    head.clear();
    fmt::format_to(std::back_inserter(head), "HTTP/1.1 {} {}\r\n", response.status, reason_phrase(response.status));
    write_field(head, "Date", date);
    if (may_have_body(response.status)) {
        if (!response.content_type.empty())
            write_field(head, "Content-Type", response.content_type);
        if (!response.stream)
            fmt::format_to(std::back_inserter(head), "Content-Length: {}\r\n", response.body.size());
    }
    if (connection == Connection::close)
        head += "Connection: close\r\n";
    if (connection == Connection::keep_alive)
        head += "Connection: keep-alive\r\n";
    for (const Header& header : response.headers)
        write_field(head, header.name, header.value);
    head += "\r\n";
}

std::string_view reason_phrase(int status) noexcept
{
    namespace http = boost::beast::http;
    if (status == 413)
        return "Content Too Large"; // its name since RFC 9110
    const auto known = status < 0 ? http::status::unknown : http::int_to_status(static_cast<unsigned>(status));
    if (known == http::status::unknown)
        return {};
    const auto text = http::obsolete_reason(known);
    return {text.data(), text.size()};
}

} // namespace ciclo::net
