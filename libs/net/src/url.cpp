#include "net/url.hpp"

#include "core/text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

namespace ciclo::net {

namespace {

Error wrong(std::string_view what)
{
    return Error{ErrorKind::invalid_input, fmt::format("URL {}", what)};
}

bool is_letter_or_digit(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_visible_ascii(char c) noexcept
{
    return c > ' ' && c < '\x7f';
}

int hexadecimal_digit(char c) noexcept
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool is_host_name(std::string_view host) noexcept
{
    return !host.empty() && host.size() <= 253 &&
           std::ranges::all_of(host, [](char c) { return is_letter_or_digit(c) || c == '-' || c == '.' || c == '_'; });
}

bool is_ipv6_literal(std::string_view host) noexcept
{
    return host.find(':') != std::string_view::npos &&
           std::ranges::all_of(host, [](char c) { return hexadecimal_digit(c) >= 0 || c == ':' || c == '.'; });
}

// Splits "host:port" or "[v6]:port" into `url`; the scheme's port stays when none is given.
Result<void> read_authority(std::string_view authority, Url& url)
{
    std::string_view port;
    if (authority.starts_with('[')) {
        const auto bracket = authority.find(']');
        if (bracket == std::string_view::npos || !is_ipv6_literal(authority.substr(1, bracket - 1)))
            return wrong("has a wrong IPv6 address");
        url.host = lower_case(authority.substr(1, bracket - 1));
        port = authority.substr(bracket + 1);
        if (!port.empty() && port.front() != ':')
            return wrong("has text after its IPv6 address");
    } else {
        const auto colon = std::min(authority.find(':'), authority.size());
        if (!is_host_name(authority.substr(0, colon)))
            return wrong("has no valid host name");
        url.host = lower_case(authority.substr(0, colon));
        port = authority.substr(colon);
    }
    if (port.size() <= 1) // absent, or a lone colon, which RFC 3986 allows
        return {};
    port.remove_prefix(1);
    const auto [end, failure] = std::from_chars(port.data(), port.data() + port.size(), url.port);
    if (failure != std::errc{} || end != port.data() + port.size() || url.port == 0)
        return wrong("has a wrong port");
    return {};
}

} // namespace

std::string Url::host_header() const
{
    const bool usual_port = port == (scheme == "https" ? 443 : 80);
    const std::string name = host.find(':') == std::string::npos ? host : fmt::format("[{}]", host);
    return usual_port ? name : fmt::format("{}:{}", name, port);
}

std::string Url::origin() const
{
    return host.find(':') == std::string::npos ? fmt::format("{}://{}:{}", scheme, host, port)
                                               : fmt::format("{}://[{}]:{}", scheme, host, port);
}

Result<Url> parse_url(std::string_view text)
{
    if (!std::ranges::all_of(text, is_visible_ascii))
        return wrong("has a blank, a control character or a letter that must be percent-encoded");
    const auto scheme_end = text.find("://");
    if (scheme_end == std::string_view::npos)
        return wrong("is not absolute: it must start with http:// or https://");
    Url url;
    url.scheme = lower_case(text.substr(0, scheme_end));
    if (url.scheme != "http" && url.scheme != "https")
        return wrong("must start with http:// or https://");
    url.port = url.scheme == "https" ? 443 : 80;

    const auto rest = text.substr(scheme_end + 3);
    const auto authority = rest.substr(0, rest.find_first_of("/?#"));
    if (authority.find('@') != std::string_view::npos)
        return wrong("holds user information, which is not supported");
    if (const auto read = read_authority(authority, url); !read)
        return read.error();

    const auto after = rest.substr(authority.size());
    url.target = after.substr(0, after.find('#'));
    if (!url.target.starts_with('/'))
        url.target.insert(0, "/");
    return url;
}

std::string percent_encoded(std::string_view text)
{
    std::string encoded;
    for (const char c : text) {
        if (is_letter_or_digit(c) || c == '-' || c == '.' || c == '_' || c == '~')
            encoded += c;
        else
            encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return encoded;
}

std::string percent_decoded(std::string_view text)
{
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool room = i + 2 < text.size();
        const int high = text[i] == '%' && room ? hexadecimal_digit(text[i + 1]) : -1;
        const int low = high >= 0 ? hexadecimal_digit(text[i + 2]) : -1;
        if (low >= 0) {
            decoded += static_cast<char>(high * 16 + low);
            i += 2;
        } else {
            decoded += text[i];
        }
    }
    return decoded;
}

} // namespace ciclo::net
