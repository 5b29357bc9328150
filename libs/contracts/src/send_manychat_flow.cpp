#include "contracts/send_manychat_flow.hpp"

#include "id_message.hpp"

namespace ciclo::contracts {

std::string SendManychatFlow::encode() const
{
    return encode_ids({"message_id", message_id}, {"correlation_id", correlation_id});
}

Result<SendManychatFlow> SendManychatFlow::decode(std::string_view body)
{
    auto ids = decode_ids(body, "message_id", "correlation_id");
    if (!ids)
        return ids.error();
    return SendManychatFlow{std::move(ids->first), std::move(ids->second)};
}

} // namespace ciclo::contracts
