#include "manychat/errors.hpp"

#include "core/json.hpp"
#include "core/text.hpp"
#include "net/header_number.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace ciclo::manychat {

namespace {

using namespace std::chrono_literals;

constexpr auto shortest_pause = 2s; // when ManyChat names none
constexpr std::size_t longest_text = 300;

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// Every text in a compact JSON value, however it is nested, but for the names of members and the values of `field`:
// ManyChat wraps its messages in lists, in objects by field, or not at all.
std::vector<std::string> texts_in(std::string_view json)
{
    std::vector<std::string> texts;
    std::string_view name;
    for (std::size_t begin = json.find('"'); begin != std::string_view::npos; begin = json.find('"', begin)) {
        std::size_t end = begin + 1;
        while (end < json.size() && json[end] != '"')
            end += json[end] == '\\' ? 2 : 1;
        if (end >= json.size())
            break;
        const auto quoted = json.substr(begin, end + 1 - begin);
        begin = end + 1;
        if (begin < json.size() && json[begin] == ':') {
            name = quoted;
            continue;
        }
        const auto text = JsonDocument::parse(fmt::format("[{}]", quoted));
        if (text && name != "\"field\"")
            texts.push_back(text->root().element(0).text());
    }
    return texts;
}

// Numbers of people and their addresses stay out of logs.
std::string without_personal_data(std::string text)
{
    std::replace(text.begin(), text.end(), '@', '*');
    for (std::size_t begin = 0; begin < text.size();) {
        if (!is_digit(text[begin])) {
            ++begin;
            continue;
        }
        std::size_t end = begin;
        while (end < text.size() && is_digit(text[end]))
            ++end;
        if (end - begin >= 8)
            std::fill(text.begin() + static_cast<std::ptrdiff_t>(begin),
                      text.begin() + static_cast<std::ptrdiff_t>(end - 4), '*');
        begin = end;
    }
    return text;
}

std::chrono::milliseconds pause_told(const net::HttpAnswer& answer)
{
    const auto seconds = net::header_number(answer.header("Retry-After")).value_or(0);
    return std::clamp<std::chrono::milliseconds>(std::chrono::seconds{seconds}, shortest_pause, 24h);
}

bool says_missing(const Complaint& complaint)
{
    return complaint.mentions("does not exist") || complaint.mentions("not found") ||
           complaint.mentions("doesn't exist");
}

ErrorKind kind_of(const net::HttpAnswer& answer, const Complaint& complaint, Repeat repeat)
{
    if (answer.status == 429 || complaint.mentions("max rps"))
        return ErrorKind::rate_limited;
    if (answer.status == 401 || answer.status == 403)
        return ErrorKind::unauthorized;
    const bool is_readable = !complaint.text().empty();
    if (answer.status >= 500 || (answer.status / 100 == 2 && !is_readable))
        return repeat == Repeat::harmless ? ErrorKind::unavailable : ErrorKind::unknown_outcome;
    if (!is_readable)
        return ErrorKind::internal;
    if (complaint.mentions("already exists"))
        return ErrorKind::duplicate;
    return says_missing(complaint) ? ErrorKind::not_found : ErrorKind::refused;
}

} // namespace

std::string Complaint::text() const
{
    std::string all = message;
    for (const auto& detail : details)
        all += (all.empty() ? "" : ": ") + detail;
    return all;
}

bool Complaint::mentions(std::string_view words) const
{
    return lower_case(text()).find(words) != std::string::npos;
}

Complaint complaint_of(const net::HttpAnswer& answer)
{
    Complaint complaint;
    const auto document = JsonDocument::parse(answer.body);
    if (!document || !document->root().is_object())
        return complaint;
    const JsonView root = document->root();
    complaint.message = root["message"].text();
    complaint.code = static_cast<int>(root["code"].integer().value_or(0));
    complaint.details = texts_in(root.at({"details", "messages"}).json());
    return complaint;
}

bool is_success(const net::HttpAnswer& answer)
{
    if (answer.status / 100 != 2)
        return false;
    const auto document = JsonDocument::parse(answer.body);
    return document && document->root()["status"].text() == "success";
}

Error classify(const net::HttpAnswer& answer, Repeat repeat)
{
    const Complaint complaint = complaint_of(answer);
    std::string told = complaint.text().substr(0, longest_text);
    if (told.empty())
        told = "no readable answer";
    Error error{kind_of(answer, complaint, repeat),
                without_personal_data(storable_text(fmt::format("ManyChat {}: {}", answer.status, told))),
                {}};
    if (complaint.code != 0)
        error.detail += fmt::format(" (code {})", complaint.code);
    if (error.kind == ErrorKind::internal)
        error.detail += "; is MANYCHAT_API_URL right?";
    if (error.kind == ErrorKind::rate_limited)
        error.retry_after = pause_told(answer);
    return error;
}

std::string existing_digits(const net::HttpAnswer& answer)
{
    constexpr std::string_view words = "already exists";
    for (const auto& detail : complaint_of(answer).details) {
        const auto at = lower_case(detail).find(words);
        if (at == std::string::npos)
            continue;
        std::string digits;
        for (const char c : std::string_view{detail}.substr(at + words.size())) {
            if (is_digit(c))
                digits += c;
            else if (!digits.empty())
                break;
        }
        if (digits.size() >= 10 && digits.size() <= 15)
            return digits;
    }
    return {};
}

bool is_import_refused(const net::HttpAnswer& answer)
{
    return complaint_of(answer).mentions("permission denied to import");
}

} // namespace ciclo::manychat
