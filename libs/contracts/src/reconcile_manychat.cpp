#include "contracts/reconcile_manychat.hpp"

#include "id_message.hpp"

namespace ciclo::contracts {

std::string ReconcileManychat::encode() const
{
    return encode_ids({"user_id", user_id}, {"correlation_id", correlation_id});
}

Result<ReconcileManychat> ReconcileManychat::decode(std::string_view body)
{
    auto ids = decode_ids(body, "user_id", "correlation_id");
    if (!ids)
        return ids.error();
    return ReconcileManychat{std::move(ids->first), std::move(ids->second)};
}

} // namespace ciclo::contracts
