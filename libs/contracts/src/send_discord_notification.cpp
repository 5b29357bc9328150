#include "contracts/send_discord_notification.hpp"

#include "id_message.hpp"

namespace ciclo::contracts {

std::string SendDiscordNotification::encode() const
{
    return encode_ids({"message_id", message_id}, {"correlation_id", correlation_id});
}

Result<SendDiscordNotification> SendDiscordNotification::decode(std::string_view body)
{
    auto ids = decode_ids(body, "message_id", "correlation_id");
    if (!ids)
        return ids.error();
    return SendDiscordNotification{std::move(ids->first), std::move(ids->second)};
}

} // namespace ciclo::contracts
