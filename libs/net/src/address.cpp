#include "net/address.hpp"

#include <fmt/core.h>

#include <charconv>

namespace ciclo::net {

namespace {

Error wrong(std::string_view text)
{
    return Error{ErrorKind::invalid_input,
                 fmt::format("is \"{}\": write host:port, for example 0.0.0.0:8080 or [::]:8080", text)};
}

} // namespace

Result<Address> parse_address(std::string_view text)
{
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos)
        return wrong(text);
    std::string_view host = text.substr(0, colon);
    const std::string_view port = text.substr(colon + 1);
    if (host.starts_with('[') && host.ends_with(']'))
        host = host.substr(1, host.size() - 2);
    else if (host.find_first_of(":[]") != std::string_view::npos)
        return wrong(text); // an IPv6 address without brackets: where would the port begin?
    if (host.empty() || host.find_first_of(" \t/") != std::string_view::npos)
        return wrong(text);

    Address address{std::string{host}, 0};
    const auto [end, failure] = std::from_chars(port.data(), port.data() + port.size(), address.port);
    if (failure != std::errc{} || end != port.data() + port.size())
        return wrong(text);
    return address;
}

std::string to_string(const Address& address)
{
    return address.host.find(':') == std::string::npos ? fmt::format("{}:{}", address.host, address.port)
                                                       : fmt::format("[{}]:{}", address.host, address.port);
}

Address required_address(Environment& environment, const std::string& name, std::string_view help)
{
    const std::string text = environment.required(name, help);
    if (text.empty())
        return {};
    const auto address = parse_address(text);
    if (!address) {
        environment.fault(name, address.error().detail);
        return {};
    }
    return *address;
}

} // namespace ciclo::net
