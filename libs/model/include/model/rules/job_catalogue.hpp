#pragma once

#include <span>
#include <string>
#include <string_view>

// Every job there is. What operators change (schedule, switched on or off) is in table jobs.
namespace ciclo::model {

// The service that runs it.
enum class JobExecutor { sync_worker, discord_worker, manychat_worker };

struct JobDefinition {
    std::string_view name;
    std::string_view schedule; // cron in UTC, see cron.hpp; empty: by hand only
    JobExecutor executor = JobExecutor::sync_worker;
    bool enabled = true;                // when nobody has decided otherwise
    std::string_view completed_event{}; // type of the audit event at its end; empty: <name>.sync_completed
    bool mentions_nothing_done = true;  // false: no audit event when all counters are zero; it runs too often for that
};

std::span<const JobDefinition> all_jobs() noexcept;
const JobDefinition* find_job(std::string_view name) noexcept;

// The type of its audit event.
std::string completed_event(const JobDefinition& job);

} // namespace ciclo::model
