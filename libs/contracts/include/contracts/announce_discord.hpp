#pragma once

#include "core/result.hpp"

#include <string>
#include <string_view>

namespace ciclo::contracts {

// Something is to be announced in a product's channel: a new list of exercises, grades. Unlike the other messages
// it is no bell: whoever sends it may have no database, so it carries what is to be said. It is stored before it
// is posted, once for each cause.
// Schema: proto-schemas/messages/discord.announce.v1.schema.json
struct AnnounceDiscord {
    static constexpr std::string_view queue = "discord.announcements";
    static constexpr std::string_view type = "discord.announce.v1";
    static constexpr std::string_view content_type = "application/json";
    static constexpr std::size_t longest_text = 2000;
    static constexpr std::size_t longest_cause = 200;

    std::string product_id;
    std::string text;      // in bytes at most `longest_text`
    std::string cause_key; // chosen by the sender: the same cause is announced once
    std::string correlation_id;

    // Throws std::invalid_argument when decode() would refuse it.
    std::string encode() const;
    // invalid_input names the member that is missing or wrong. Unknown members are ignored.
    static Result<AnnounceDiscord> decode(std::string_view body);
};

} // namespace ciclo::contracts
