#include "audit.hpp"

#include "core/uuid.hpp"
#include "model/stores/event_log.hpp"

namespace ciclo::admin {

void note(Call& call, std::string_view type,
          std::initializer_list<std::pair<std::string_view, std::string_view>> members)
{
    model::append_event(call.connection, {std::string{type}, "", model::audit_payload(new_uuid(), members),
                                          model::AuditStatus::processed, "", call.caller.user_id});
}

} // namespace ciclo::admin
