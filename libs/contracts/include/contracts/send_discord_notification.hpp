#pragma once

#include "core/result.hpp"

#include <string>
#include <string_view>

namespace ciclo::contracts {

// A notification is due on Discord: `message_id` is its dispatch row.
// Schema: proto-schemas/messages/discord.send_notification.v1.schema.json
struct SendDiscordNotification {
    static constexpr std::string_view queue = "discord.notifications";
    static constexpr std::string_view type = "discord.send_notification.v1";
    static constexpr std::string_view content_type = "application/json";

    std::string message_id;
    std::string correlation_id;

    // Throws std::invalid_argument when an id is no UUID: the caller made it up.
    std::string encode() const;
    // invalid_input names the member that is missing or wrong. Unknown members are ignored.
    static Result<SendDiscordNotification> decode(std::string_view body);
};

} // namespace ciclo::contracts
