#include "call.hpp"

#include "core/text.hpp"
#include "core/uuid.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

namespace ciclo::admin {

Refusal refusal_of(const Error& error)
{
    switch (error.kind) {
    case ErrorKind::not_found:
        return {404, error.detail};
    case ErrorKind::duplicate:
    case ErrorKind::refused:
        return {409, error.detail};
    case ErrorKind::invalid_input:
        return {400, error.detail};
    case ErrorKind::unauthorized:
        return {401, error.detail};
    case ErrorKind::rate_limited:
        return {429, error.detail};
    case ErrorKind::unavailable:
    case ErrorKind::unknown_outcome:
        return {503, error.detail};
    case ErrorKind::internal:
        break;
    }
    return {500, "The request could not be processed."};
}

net::HttpResponse json_answer(int status, const JsonWriter& json)
{
    net::HttpResponse answer{status, "application/json", std::string{json.text()}};
    answer.headers.push_back(net::Header{"Cache-Control", "no-store"});
    return answer;
}

net::HttpResponse no_content()
{
    return net::HttpResponse{204, "", ""};
}

JsonDocument json_body(const net::HttpRequest& request, bool may_be_absent)
{
    if (request.body.empty() && may_be_absent)
        return JsonDocument::parse("{}").value();
    const auto content_type = request.header("Content-Type");
    if (lower_case(trimmed(content_type.substr(0, content_type.find(';')))) != "application/json")
        throw Refusal{415, "Send the body as application/json."};
    auto document = JsonDocument::parse(request.body);
    if (!document)
        throw Refusal{400, "The body is no JSON: " + document.error().detail};
    if (!document->root().is_object())
        throw Refusal{400, "The body must be a JSON object."};
    return *std::move(document);
}

std::string plain_text(std::string text, std::string_view name, std::size_t most)
{
    if (text.size() > most)
        throw Refusal{400, fmt::format("`{}` is longer than {} bytes.", name, most)};
    const bool has_control = std::any_of(text.begin(), text.end(), [](char letter) {
        return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f;
    });
    if (has_control || storable_text(text) != text)
        throw Refusal{400, fmt::format("`{}` holds characters that are no text.", name)};
    return text;
}

std::string optional_text(const JsonView& object, std::string_view name, std::size_t most)
{
    const auto member = object[name];
    if (!member.exists())
        return {};
    if (!member.is_string())
        throw Refusal{400, fmt::format("`{}` must be a text.", name)};
    return plain_text(std::string{trimmed(member.text())}, name, most);
}

std::string required_text(const JsonView& object, std::string_view name, std::size_t most)
{
    auto text = optional_text(object, name, most);
    if (text.empty())
        throw Refusal{400, fmt::format("`{}` is missing.", name)};
    return text;
}

std::int64_t integer_or(const JsonView& object, std::string_view name, std::int64_t fallback, std::int64_t least,
                        std::int64_t most)
{
    const auto member = object[name];
    if (!member.exists())
        return fallback;
    const auto number = member.is_string() ? std::nullopt : member.integer();
    if (!number || *number < least || *number > most)
        throw Refusal{400, fmt::format("`{}` must be a whole number from {} to {}.", name, least, most)};
    return *number;
}

bool truth(const JsonView& object, std::string_view name, bool fallback)
{
    const auto member = object[name];
    if (member.exists() && !member.boolean())
        throw Refusal{400, fmt::format("`{}` must be true or false.", name)};
    return member.boolean().value_or(fallback);
}

int query_integer(const net::HttpRequest& request, std::string_view name, int fallback, int least, int most)
{
    const auto text = request.query(name);
    if (!text)
        return fallback;
    int number = 0;
    const auto [end, failure] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (failure != std::errc{} || end != text->data() + text->size() || number < least || number > most)
        throw Refusal{400, fmt::format("`{}` must be a whole number from {} to {}.", name, least, most)};
    return number;
}

bool query_truth(const net::HttpRequest& request, std::string_view name)
{
    const auto text = request.query(name).value_or("false");
    if (text != "true" && text != "false")
        throw Refusal{400, fmt::format("`{}` must be true or false.", name)};
    return text == "true";
}

std::string query_text(const net::HttpRequest& request, std::string_view name, std::size_t most)
{
    return plain_text(request.query(name).value_or(""), name, most);
}

std::string uuid_of(const std::string& text, std::string_view what)
{
    if (!is_uuid(text))
        throw Refusal{404, fmt::format("There is no {} with this id: an id is a UUID.", what)};
    return text;
}

void member_or_null(JsonWriter& json, std::string_view name, std::string_view text)
{
    json.key(name);
    if (text.empty())
        json.null();
    else
        json.value(text);
}

} // namespace ciclo::admin
