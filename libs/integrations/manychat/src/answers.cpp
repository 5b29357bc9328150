#include "answers.hpp"

#include "core/json.hpp"

namespace ciclo::manychat {

std::optional<Subscriber> read_subscriber(std::string_view body)
{
    const auto document = JsonDocument::parse(body);
    if (!document)
        return std::nullopt;
    JsonView data = document->root()["data"];
    if (data.is_array())
        data = data.element(0);
    Subscriber subscriber{data["id"].text(), {}};
    if (subscriber.id.empty() || subscriber.id.find_first_not_of("0123456789") != std::string::npos)
        return std::nullopt;
    for (std::size_t i = 0; i < data["tags"].size(); ++i)
        if (auto name = data["tags"].element(i)["name"].text(); !name.empty())
            subscriber.tags.insert(std::move(name));
    return subscriber;
}

std::string read_page_name(std::string_view body)
{
    const auto document = JsonDocument::parse(body);
    return document ? document->root().at({"data", "name"}).text() : std::string{};
}

std::set<std::string> read_tags(std::string_view body)
{
    std::set<std::string> tags;
    const auto document = JsonDocument::parse(body);
    const JsonView data = document ? document->root()["data"] : JsonView{};
    for (std::size_t i = 0; i < data.size(); ++i)
        tags.insert(data.element(i)["name"].text());
    return tags;
}

std::vector<CustomField> read_fields(std::string_view body)
{
    std::vector<CustomField> fields;
    const auto document = JsonDocument::parse(body);
    const JsonView data = document ? document->root()["data"] : JsonView{};
    for (std::size_t i = 0; i < data.size(); ++i) {
        const JsonView field = data.element(i);
        fields.push_back({field["id"].text(), field["name"].text(), field["type"].text()});
    }
    return fields;
}

std::vector<Flow> read_flows(std::string_view body)
{
    std::vector<Flow> flows;
    const auto document = JsonDocument::parse(body);
    const JsonView list = document ? document->root().at({"data", "flows"}) : JsonView{};
    for (std::size_t i = 0; i < list.size(); ++i)
        flows.push_back({list.element(i)["ns"].text(), list.element(i)["name"].text()});
    return flows;
}

} // namespace ciclo::manychat
