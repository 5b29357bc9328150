#include "contracts/announce_discord.hpp"

#include "core/json.hpp"
#include "core/json_writer.hpp"
#include "core/uuid.hpp"

#include <fmt/core.h>

#include <stdexcept>

namespace ciclo::contracts {

namespace {

Error wrong(std::string_view name, std::string_view what)
{
    return Error{ErrorKind::invalid_input, fmt::format("{} {}", name, what), {}};
}

Result<void> check(const AnnounceDiscord& message)
{
    if (!is_uuid(message.product_id))
        return wrong("product_id", "is not a UUID");
    if (!is_uuid(message.correlation_id))
        return wrong("correlation_id", "is not a UUID");
    if (message.text.empty() || message.text.size() > AnnounceDiscord::longest_text)
        return wrong("text", "must have 1 to 2000 bytes");
    if (message.cause_key.empty() || message.cause_key.size() > AnnounceDiscord::longest_cause)
        return wrong("cause_key", "must have 1 to 200 bytes");
    return {};
}

} // namespace

std::string AnnounceDiscord::encode() const
{
    if (const auto checked = check(*this); !checked)
        throw std::invalid_argument{checked.error().detail};
    JsonWriter json;
    json.begin_object()
        .member("product_id", product_id)
        .member("text", text)
        .member("cause_key", cause_key)
        .member("correlation_id", correlation_id)
        .end_object();
    return std::string{json.text()};
}

Result<AnnounceDiscord> AnnounceDiscord::decode(std::string_view body)
{
    const auto document = JsonDocument::parse(body);
    if (!document)
        return document.error();
    const JsonView root = document->root();
    if (!root.is_object())
        return Error{ErrorKind::invalid_input, "the message is not an object", {}};
    for (const auto* name : {"product_id", "text", "cause_key", "correlation_id"})
        if (!root[name].is_string())
            return wrong(name, root[name].exists() ? "is not a string" : "is missing");
    AnnounceDiscord message{root["product_id"].text(), root["text"].text(), root["cause_key"].text(),
                            root["correlation_id"].text()};
    if (const auto checked = check(message); !checked)
        return checked.error();
    return message;
}

} // namespace ciclo::contracts
