#include "message_body.hpp"

#include "core/json_writer.hpp"

namespace ciclo::discord {

namespace {

constexpr std::size_t most_bytes = 1990; // 2000 characters, and the cut must not split one

std::string bounded(std::string_view content)
{
    if (content.size() <= most_bytes)
        return std::string{content};
    auto end = most_bytes;
    while (end > 0 && (static_cast<unsigned char>(content[end]) & 0xc0) == 0x80)
        --end;
    return std::string{content.substr(0, end)} + "…";
}

} // namespace

std::string message_body(std::string_view content)
{
    JsonWriter body;
    body.begin_object().member("content", bounded(content));
    body.key("allowed_mentions").begin_object().key("parse").begin_array().end_array().end_object();
    body.end_object();
    return std::string{body.text()};
}

} // namespace ciclo::discord
