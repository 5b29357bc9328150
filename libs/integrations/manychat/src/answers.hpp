#pragma once

#include "manychat/client.hpp"

#include <optional>
#include <string_view>
#include <vector>

// Reading what ManyChat answers. Every member may be missing or null.
namespace ciclo::manychat {

// The subscriber in `data`, which is an object or a list of them; nothing when there is none in it.
std::optional<Subscriber> read_subscriber(std::string_view body);

std::string read_page_name(std::string_view body);
std::set<std::string> read_tags(std::string_view body);
std::vector<CustomField> read_fields(std::string_view body);
std::vector<Flow> read_flows(std::string_view body);

} // namespace ciclo::manychat
