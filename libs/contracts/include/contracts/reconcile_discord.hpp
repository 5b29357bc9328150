#pragma once

#include "core/result.hpp"

#include <string>
#include <string_view>

namespace ciclo::contracts {

// What a user should have on Discord may differ from what the user has: make it equal.
// Schema: proto-schemas/messages/discord.reconcile.v1.schema.json
struct ReconcileDiscord {
    static constexpr std::string_view queue = "discord.reconcile";
    static constexpr std::string_view type = "discord.reconcile.v1";
    static constexpr std::string_view content_type = "application/json";

    std::string user_id;
    std::string correlation_id;

    // Throws std::invalid_argument when an id is no UUID: the caller made it up.
    std::string encode() const;
    // invalid_input names the member that is missing or wrong. Unknown members are ignored.
    static Result<ReconcileDiscord> decode(std::string_view body);
};

} // namespace ciclo::contracts
