#include "answer.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace ciclo::bench {

namespace {

constexpr std::string_view end_of_head = "\r\n\r\n";

template <class Number>
Number number_at(std::string_view text)
{
    Number value{};
    if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc{})
        throw std::runtime_error("the gateway's answer is not HTTP as expected");
    return value;
}

char lower(char letter) noexcept
{
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

std::size_t content_length(std::string_view head)
{
    constexpr std::string_view name = "\r\ncontent-length: ";
    const auto same = [](char a, char b) { return lower(a) == b; };
    const auto found = std::search(head.begin(), head.end(), name.begin(), name.end(), same);
    if (found == head.end())
        throw std::runtime_error("the gateway's answer has no Content-Length");
    return number_at<std::size_t>(head.substr(static_cast<std::size_t>(found - head.begin()) + name.size()));
}

} // namespace

std::optional<Answer> parse_answer(std::string_view input)
{
    const auto head_size = input.find(end_of_head);
    if (head_size == std::string_view::npos)
        return std::nullopt;
    const std::string_view head = input.substr(0, head_size + 2);
    if (!head.starts_with("HTTP/1.1 ") || head.size() < 12)
        throw std::runtime_error("the gateway's answer is not HTTP as expected");
    const auto body = head_size + end_of_head.size();
    const auto length = content_length(head);
    if (input.size() < body + length)
        return std::nullopt;
    return Answer{number_at<int>(head.substr(9, 3)), input.substr(body, length), body + length};
}

} // namespace ciclo::bench
