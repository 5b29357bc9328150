#include "core/json.hpp"
#include "core/text.hpp"
#include "fact_members.hpp"
#include "model/rules/hotmart_event.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

// Whatever a stranger may send to the webhook, up to the fact that is stored for ever: reading it never
// fails in an unplanned way, and what was read can be stored and read again without loss.

using namespace ciclo;
using namespace ciclo::model;

namespace {

void demand(bool holds, std::string_view what, std::string_view about = {})
{
    if (holds)
        return;
    std::fprintf(stderr, "does not hold: %.*s: %.*s\n", static_cast<int>(what.size()), what.data(),
                 static_cast<int>(about.size()), about.data());
    std::abort();
}

void demand_storable(const std::string& text)
{
    demand(storable_text(text) == text, "every text is UTF-8 without NUL", text);
}

void demand_storable(const std::vector<Candidate>& candidates)
{
    for (const Candidate& candidate : candidates) {
        demand_storable(candidate.path);
        demand_storable(candidate.value);
        demand(!identifier_kind(candidate.path).empty(), "every candidate stands in a known place", candidate.path);
    }
}

template <class Other>
void demand_storable(const Other& /*no text*/)
{
}

void demand_faithful(const Fact& fact)
{
    std::apply([](const auto&... member) { (demand_storable(member), ...); }, testing::members_of(fact));
    demand(!fact.email.empty(), "every fact has an address, if only the unknown one");
    const std::string body = encode_body(fact);
    const auto read = decode_fact(fact.id, to_string(fact.type), fact.occurred_at, body);
    demand(read.has_value(), "a stored fact can be read", body);
    demand(testing::same(*read, fact), "a stored fact is read as it was", body);
    // The moment itself goes through the database as text.
    demand(time_from_text(to_iso8601(fact.occurred_at)) == fact.occurred_at, "a moment survives as text");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view bytes{reinterpret_cast<const char*>(data), size};
    const auto document = JsonDocument::parse(bytes);
    if (!document)
        return 0;
    demand(!document->root().json().empty(), "a document can be written again");
    const auto envelope = read_hotmart_envelope(document->root());
    if (envelope) {
        demand_storable(envelope->id);
        demand_storable(envelope->event);
        demand(webhook_event_id(envelope->id, bytes).size() == 36, "every event has a UUID", envelope->id);
    }
    const auto event = read_hotmart_event("0c4d7a52-6a1e-4e55-9d19-7f8c2b6a9a01", document->root(),
                                          *time_from_text("2026-11-12T11:30:00Z"));
    if (const auto* fact = std::get_if<Fact>(&event)) {
        demand(envelope.has_value(), "what is a fact was an envelope");
        demand_faithful(*fact);
    }
    if (const auto* incomplete = std::get_if<IncompleteEvent>(&event))
        demand_storable(incomplete->reason);
    return 0;
}
