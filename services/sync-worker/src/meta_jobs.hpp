#pragma once

#include "core/environment.hpp"
#include "jobs/job_runner.hpp"
#include "whatsapp/settings.hpp"

// The jobs that ask Meta.
namespace ciclo::sync_worker {

struct MetaJobs {
    bool enabled = false;
    whatsapp::Settings api;

    static MetaJobs read(Environment& environment);
};

// `settings` outlive the runner.
void add_meta_jobs(jobs::JobRunner& runner, const MetaJobs& settings);

// Makes our table of message templates equal to Meta's listing, and never the other way round. What a whole listing
// no longer has is marked, not deleted.
// Counters: templates, inserted, updated, missing, errors (entries that could not be read).
Result<void> sync_meta_templates(jobs::JobContext& job, const MetaJobs& settings);

} // namespace ciclo::sync_worker
