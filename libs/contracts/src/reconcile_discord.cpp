#include "contracts/reconcile_discord.hpp"

#include "id_message.hpp"

namespace ciclo::contracts {

std::string ReconcileDiscord::encode() const
{
    return encode_ids({"user_id", user_id}, {"correlation_id", correlation_id});
}

Result<ReconcileDiscord> ReconcileDiscord::decode(std::string_view body)
{
    auto ids = decode_ids(body, "user_id", "correlation_id");
    if (!ids)
        return ids.error();
    return ReconcileDiscord{std::move(ids->first), std::move(ids->second)};
}

} // namespace ciclo::contracts
