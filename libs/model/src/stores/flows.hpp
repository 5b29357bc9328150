#pragma once

#include "model/rules/catalogue.hpp"
#include "model/stores/message_store.hpp"
#include "model/stores/projection_store.hpp"

#include <string_view>
#include <vector>

// The conversations that a transition of the lifecycle starts with the student: rows of table messages, channel
// "manychat_flow", one for each cause. Name, token and invite link are looked up when the flow is started.
namespace ciclo::model {

// `from` is the state before; `happened_at` the moment of what caused the transition. What happened long ago (a
// replay, an import) starts no conversation, but whoever has to be onboarded needs the token whenever it was.
void add_flows(std::vector<NewMessage>& messages, const StudentToFold& student, const StudentView& view,
               std::string_view from, const Catalogue& catalogue, Time happened_at, Time now);

} // namespace ciclo::model
