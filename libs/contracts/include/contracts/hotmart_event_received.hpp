#pragma once

#include "core/result.hpp"

#include <string>
#include <string_view>

namespace ciclo::contracts {

// A webhook event of Hotmart is stored and waits to be folded: `event_id` is its row.
// Schema: proto-schemas/messages/hotmart.event_received.v1.schema.json
struct HotmartEventReceived {
    static constexpr std::string_view queue = "hotmart.events";
    static constexpr std::string_view type = "hotmart.event_received.v1";
    static constexpr std::string_view content_type = "application/json";

    std::string event_id;
    std::string correlation_id;

    // Throws std::invalid_argument when an id is no UUID: the caller made it up.
    std::string encode() const;
    // invalid_input names the member that is missing or wrong. Unknown members are ignored.
    static Result<HotmartEventReceived> decode(std::string_view body);
};

} // namespace ciclo::contracts
