#include "whatsapp/message_template.hpp"

#include <algorithm>

namespace ciclo::whatsapp {

namespace {

// Spelled in capitals in the listing; Meta's own examples elsewhere are not so strict.
std::string capitals(std::string text)
{
    for (char& c : text)
        if (c >= 'a' && c <= 'z')
            c = static_cast<char>(c - 'a' + 'A');
    return text;
}

// Meta says NONE or UNKNOWN where there is nothing to say.
std::string unless(std::string_view nothing, std::string text)
{
    return text == nothing ? std::string{} : text;
}

} // namespace

std::optional<MessageTemplate> read_template(JsonView entry)
{
    MessageTemplate one;
    one.id = entry["id"].text();
    one.name = entry["name"].text();
    one.language = entry["language"].text();
    // The listing says en_US and the webhooks en-US: one spelling, so that they meet.
    std::replace(one.language.begin(), one.language.end(), '-', '_');
    one.status = capitals(entry["status"].text());
    if (one.name.empty() || one.language.empty() || one.status.empty())
        return std::nullopt;
    one.category = capitals(entry["category"].text());
    one.parameter_format = capitals(entry["parameter_format"].text());
    if (one.parameter_format.empty())
        one.parameter_format = "POSITIONAL";
    one.components = entry["components"].is_array() ? entry["components"].json() : "[]";
    const JsonView quality = entry["quality_score"];
    one.quality = unless("UNKNOWN", capitals(quality.is_object() ? quality["score"].text() : quality.text()));
    one.rejected_reason = unless("NONE", capitals(entry["rejected_reason"].text()));
    return one;
}

} // namespace ciclo::whatsapp
