#include "net/header_number.hpp"

#include "core/text.hpp"

#include <charconv>
#include <system_error>

namespace ciclo::net {

std::optional<int> header_number(std::string_view value) noexcept
{
    const auto text = trimmed(value);
    int number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    return failure != std::errc{} || number < 0 ? std::nullopt : std::optional{number};
}

} // namespace ciclo::net
