#pragma once

#include "call.hpp"

#include "model/rules/operator_access.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ciclo::admin {

// Whether the answer may go on as server-sent events.
enum class Live { never, when_accepted, always };

// One method of one path. `{}` in the pattern stands for one part of the path.
struct Route {
    std::string_view method;
    std::string_view pattern;
    std::optional<model::Permission> permission; // nothing: for everybody
    Endpoint endpoint;
    Live live = Live::never;
};

// Every endpoint there is; proto-schemas/openapi.yaml describes the same.
std::span<const Route> all_routes() noexcept;

struct FoundRoute {
    const Route* route =
        nullptr; // none: `allowed` are the methods of this path, none of them when there is no such path
    std::vector<std::string> captures{};
    std::string allowed{};
};

FoundRoute find_route(std::string_view method, std::string_view path);

} // namespace ciclo::admin
