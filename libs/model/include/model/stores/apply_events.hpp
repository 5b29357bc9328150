#pragma once

#include "core/time.hpp"
#include "model/stores/catalogue_store.hpp"
#include "model/stores/projection_store.hpp"
#include "model/stores/webhook_event_store.hpp"
#include "postgres/connection.hpp"

#include <span>
#include <string>
#include <vector>

namespace ciclo::model {

struct Applied {
    std::vector<WebhookOutcome> outcomes;
    std::vector<FoldedStudent> students;
};

// Everything that follows from the waiting ones among `ids`, in one transaction: facts, students'
// views, audit events, due reconciliations, and the events' outcomes. Whatever another worker holds is
// left to it. Throws postgres::Failure (or another exception for a fact that cannot be read); nothing
// is written then.
Applied apply_events(postgres::Connection& connection, std::span<const std::string> ids, CatalogueCache& catalogue,
                     const Policy& policy, const Clock& clock);

} // namespace ciclo::model
