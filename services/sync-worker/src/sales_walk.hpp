#pragma once

#include "fact_batch.hpp"
#include "hotmart/client.hpp"
#include "jobs/job_context.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace ciclo::sync_worker {

struct SalesWalk {
    std::vector<std::string> products{""}; // Hotmart ids; one empty: all products in one question
    std::chrono::days reach{};             // how far back
    bool phones = false;                   // also ask for the buyers' phones
};

// Asks for every status by name, in windows of 30 days, all pages, and records what we lack. Counts `sales`, `errors`,
// `skipped_no_subscription`; progress is in questions. A question that fails is counted and left to the next run; the
// walk goes on, unless the credentials are refused.
Result<void> walk_sales(jobs::JobContext& job, hotmart::Client& client, FactBatch& batch, const SalesWalk& walk);

} // namespace ciclo::sync_worker
