#include "id_message.hpp"

#include "core/json.hpp"
#include "core/uuid.hpp"

#include <fmt/core.h>

#include <stdexcept>

namespace ciclo::contracts {

namespace {

void require_uuid(const NamedId& id)
{
    if (!is_uuid(id.value))
        throw std::invalid_argument{fmt::format("{} is not a UUID: '{}'", id.name, id.value)};
}

Result<std::string> read_id(const JsonView& message, std::string_view name)
{
    const JsonView member = message[name];
    if (!member.exists())
        return Error{ErrorKind::invalid_input, fmt::format("{} is missing", name)};
    if (!member.is_string())
        return Error{ErrorKind::invalid_input, fmt::format("{} is not a string", name)};
    std::string id = member.text();
    if (!is_uuid(id))
        return Error{ErrorKind::invalid_input, fmt::format("{} is not a UUID", name)};
    return id;
}

} // namespace

// No JSON writer: a UUID needs no escaping, and this runs for each webhook.
std::string encode_ids(const NamedId& first, const NamedId& second)
{
    require_uuid(first);
    require_uuid(second);
    return fmt::format(R"({{"{}":"{}","{}":"{}"}})", first.name, first.value, second.name, second.value);
}

Result<std::pair<std::string, std::string>> decode_ids(std::string_view body, std::string_view first_name,
                                                       std::string_view second_name)
{
    const auto document = JsonDocument::parse(body);
    if (!document)
        return document.error();
    if (!document->root().is_object())
        return Error{ErrorKind::invalid_input, "the message is not an object"};
    auto first = read_id(document->root(), first_name);
    if (!first)
        return first.error();
    auto second = read_id(document->root(), second_name);
    if (!second)
        return second.error();
    return std::pair{std::move(*first), std::move(*second)};
}

} // namespace ciclo::contracts
