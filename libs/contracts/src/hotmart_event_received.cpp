#include "contracts/hotmart_event_received.hpp"

#include "id_message.hpp"

namespace ciclo::contracts {

std::string HotmartEventReceived::encode() const
{
    return encode_ids({"event_id", event_id}, {"correlation_id", correlation_id});
}

Result<HotmartEventReceived> HotmartEventReceived::decode(std::string_view body)
{
    auto ids = decode_ids(body, "event_id", "correlation_id");
    if (!ids)
        return ids.error();
    return HotmartEventReceived{std::move(ids->first), std::move(ids->second)};
}

} // namespace ciclo::contracts
