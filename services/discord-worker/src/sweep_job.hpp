#pragma once

#include "jobs/job_runner.hpp"
#include "reconcile_lane.hpp"

namespace ciclo::discord_worker {

// The body of reconcile_discord (see Sweep). `shared` must outlive it.
jobs::JobBody sweep_job(const Shared& shared);

} // namespace ciclo::discord_worker
