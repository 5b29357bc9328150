#pragma once

#include "core/result.hpp"

#include <string>
#include <string_view>

namespace ciclo::contracts {

// A flow of ManyChat is due to a student.
// Schema: proto-schemas/messages/manychat.send_flow.v1.schema.json
struct SendManychatFlow {
    static constexpr std::string_view queue = "manychat.flows";
    static constexpr std::string_view type = "manychat.send_flow.v1";
    static constexpr std::string_view content_type = "application/json";

    std::string message_id;
    std::string correlation_id;

    // Throws std::invalid_argument when an id is no UUID: the caller made it up.
    std::string encode() const;
    // invalid_input names the member that is missing or wrong. Unknown members are ignored.
    static Result<SendManychatFlow> decode(std::string_view body);
};

} // namespace ciclo::contracts
