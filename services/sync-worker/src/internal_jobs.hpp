#pragma once

#include "config.hpp"
#include "jobs/job_runner.hpp"
#include "rabbitmq/publisher.hpp"

namespace ciclo::sync_worker {

// The jobs that ask nobody outside. `config` and `publisher` outlive the runner.
void add_internal_jobs(jobs::JobRunner& runner, const Config& config, rabbitmq::Publisher& publisher);

// Marks everybody whose grace, paid period or boleto is over by now to be folded again, and rings.
// Counters: refolded.
Result<void> expire_access(jobs::JobContext& context, rabbitmq::Publisher& publisher);

// One e-mail to whoever has waited for over a day to register, and the flow of ManyChat when one is chosen; once for
// each onboarding token.
// Counters: followed_up.
Result<void> follow_up_onboarding(jobs::JobContext& context, rabbitmq::Publisher& publisher);

// Drops the payloads of finished webhook events older than the retention, and rejected deliveries; facts stay.
// Counters: purged, rejected_deleted.
Result<void> purge_raw_events(jobs::JobContext& context, std::chrono::days retention);

// Makes students of active buyers (table hotmart_buyers) who have no account, by a fact of its own source.
// Counters: total, onboarded, skipped_known, skipped_unmapped, skipped_no_email.
Result<void> onboard_historical_buyers(jobs::JobContext& context, rabbitmq::Publisher& publisher);

} // namespace ciclo::sync_worker
