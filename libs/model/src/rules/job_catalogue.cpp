#include "model/rules/job_catalogue.hpp"

#include <algorithm>
#include <array>

namespace ciclo::model {

namespace {

using enum JobExecutor;

constexpr auto definitions = std::to_array<JobDefinition>({
    {"sync_hotmart_students", "0 * * * *"},
    {"sync_student_course_status", "0 2 * * *"},
    {"sync_manychat_tags", "0 2 * * *", manychat_worker, true, "manychat.sync_completed"},
    {"sync_hotmart_buyers", "0 3 * * *", sync_worker, true, "hotmart_buyers.sync_completed"},
    {"sync_hotmart_subscriptions", "0 4 * * *"},
    {"sync_hotmart_products", "0 5 * * *"},
    {"sync_club_progress", "0 6 * * *"},
    {"sync_meta_templates", "0 7 * * *"},
    {"reconcile_discord", "0 8 * * *", discord_worker},
    {"onboard_historical_buyers", ""},
    {"detect_stagnation", "0 9 * * *", sync_worker, true, "", false},
    {"release_lessons", "5 * * * *", sync_worker, true, "", false},
    {"follow_up_onboarding", "*/10 * * * *", sync_worker, true, "", false},
    {"recover_sales", "*/10 * * * *", sync_worker, true, "", false},
    {"expire_access", "*/5 * * * *", sync_worker, true, "", false},
    {"purge_raw_events", "30 4 1 * *", sync_worker, false},
});

} // namespace

std::span<const JobDefinition> all_jobs() noexcept
{
    return definitions;
}

const JobDefinition* find_job(std::string_view name) noexcept
{
    const auto* const found = std::find_if(definitions.begin(), definitions.end(),
                                           [&](const JobDefinition& job) { return job.name == name; });
    return found == definitions.end() ? nullptr : found;
}

std::string completed_event(const JobDefinition& job)
{
    return job.completed_event.empty() ? std::string{job.name} + ".sync_completed" : std::string{job.completed_event};
}

} // namespace ciclo::model
