#pragma once

#include "core/json.hpp"
#include "model/rules/fact.hpp"

#include <string>
#include <string_view>
#include <variant>

// Reads Hotmart's webhook 2.0.0 (developers.hotmart.com, "Webhook") into facts. Tolerant: every field
// but `event` and `data` may be missing, null, empty or of a neighbouring JSON type.
namespace ciclo::model {

// Students whose e-mail Hotmart did not tell are recorded under this address and get no access.
inline constexpr std::string_view unknown_email = "unknown@hotmart.local";

// An event type nobody has heard of, e.g. one that Hotmart added.
struct UnknownEvent {};

// The event says too little to be acted on; names the field and what to do.
struct IncompleteEvent {
    std::string reason;
};

using ReadEvent = std::variant<Fact, UnknownEvent, IncompleteEvent>;

// `id` is the fact's id; `received_at` stands in when the event tells no time of its own.
ReadEvent read_hotmart_event(std::string_view id, JsonView root, Time received_at);

// The envelope alone, as the gateway needs it.
struct HotmartEnvelope {
    std::string id; // Hotmart's event id; empty when there is none
    std::string event;
};

// invalid_input, naming what is missing, when this is no object with `event` and `data`.
Result<HotmartEnvelope> read_hotmart_envelope(JsonView root);

// Our id for Hotmart's event: its own when that is a UUID, otherwise derived from it, or from the whole
// body when it has none. So the same delivery has the same id, whoever stores it.
std::string webhook_event_id(std::string_view hotmart_id, std::string_view body);

} // namespace ciclo::model
