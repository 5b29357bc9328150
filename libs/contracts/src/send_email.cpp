#include "contracts/send_email.hpp"

#include "id_message.hpp"

namespace ciclo::contracts {

std::string SendEmail::encode() const
{
    return encode_ids({"message_id", message_id}, {"correlation_id", correlation_id});
}

Result<SendEmail> SendEmail::decode(std::string_view body)
{
    auto ids = decode_ids(body, "message_id", "correlation_id");
    if (!ids)
        return ids.error();
    return SendEmail{std::move(ids->first), std::move(ids->second)};
}

} // namespace ciclo::contracts
