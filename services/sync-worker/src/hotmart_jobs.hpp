#pragma once

#include "fact_batch.hpp"
#include "hotmart_access.hpp"
#include "jobs/job_runner.hpp"

#include <functional>
#include <vector>

// The jobs that ask Hotmart, one file each. All may be run again at any time: what is known already writes nothing.
// They take the parameter `product_id` (one of our products) where that makes sense.
namespace ciclo::sync_worker {

struct HotmartJobs {
    HotmartConfig hotmart;
    FoldPolicy policy;

    static HotmartJobs read(Environment& environment, const std::string& database_url);
};

// `settings` and `publisher` outlive the runner.
void add_hotmart_jobs(jobs::JobRunner& runner, const HotmartJobs& settings, rabbitmq::Publisher& publisher);

Result<void> sync_hotmart_students(jobs::JobContext& job, const HotmartJobs& settings, rabbitmq::Publisher& publisher);
Result<void> sync_student_course_status(jobs::JobContext& job, const HotmartJobs& settings,
                                        rabbitmq::Publisher& publisher);
Result<void> sync_hotmart_buyers(jobs::JobContext& job, const HotmartJobs& settings);
Result<void> sync_hotmart_subscriptions(jobs::JobContext& job, const HotmartJobs& settings,
                                        rabbitmq::Publisher& publisher);
Result<void> sync_hotmart_products(jobs::JobContext& job, const HotmartJobs& settings);
Result<void> sync_club_progress(jobs::JobContext& job, const HotmartJobs& settings, rabbitmq::Publisher& publisher);

// Six years, as far back as Hotmart's history is of use.
inline constexpr std::chrono::days whole_history{6 * 365 + 1};

// Sees each page as well, and answers how much of it could not be looked into.
using VisitSubscriptions = std::function<Result<std::size_t>(const std::vector<hotmart::Subscription>& page)>;

// Keeps who has which subscription, status by status; counts `subscriptions`, `subscriptions_changed` and what `visit`
// answers as `errors`. Does nothing when an earlier attempt was through with it.
Result<void> mirror_subscriptions(jobs::JobContext& job, hotmart::Client& client, FactBatch& batch,
                                  const VisitSubscriptions& visit = {});

// The Hotmart ids of the product named by the run's parameter; one empty id when none is named.
Result<std::vector<std::string>> products_asked_for(jobs::JobContext& job);

// An Error that says what to do when the credentials are not set.
Result<void> check_credentials(const HotmartConfig& config);

} // namespace ciclo::sync_worker
