#include "internal_jobs.hpp"

#include "core/log.hpp"

namespace ciclo::sync_worker {

namespace {

// These act by automation rules, and there are none that anybody could have made yet.
Result<void> without_rules(jobs::JobContext& context)
{
    context.count("rules", 0);
    context.count("dispatches", 0);
    context.progress(0, 0);
    log::info("nothing to do: there are no automation rules", {{"job_run_id", context.run_id()}});
    return {};
}

} // namespace

void add_internal_jobs(jobs::JobRunner& runner, const Config& config, rabbitmq::Publisher& publisher)
{
    runner.add("expire_access", [&](jobs::JobContext& context) { return expire_access(context, publisher); });
    runner.add("follow_up_onboarding",
               [&](jobs::JobContext& context) { return follow_up_onboarding(context, publisher); });
    runner.add("onboard_historical_buyers",
               [&](jobs::JobContext& context) { return onboard_historical_buyers(context, publisher); });
    runner.add("purge_raw_events",
               [&](jobs::JobContext& context) { return purge_raw_events(context, config.raw_event_retention); });
    for (const auto* job : {"detect_stagnation", "release_lessons", "recover_sales"})
        runner.add(job, without_rules);
}

} // namespace ciclo::sync_worker
