#include "hotmart_jobs.hpp"

#include "sales_walk.hpp"

// Two jobs that bring the facts of sales, from which all else follows: one looks at what is recent, the other at all.
namespace ciclo::sync_worker {

namespace {

// The job runs hourly; what is older is found by sync_student_course_status.
constexpr std::chrono::days recent{35};

Result<void> sync_sales(jobs::JobContext& job, const HotmartJobs& settings, rabbitmq::Publisher& publisher,
                        SalesWalk walk)
{
    if (const auto ready = check_credentials(settings.hotmart); !ready)
        return ready;
    HotmartAccess access{settings.hotmart, job.stopping()};
    // First whose subscription is whose: sales do not tell.
    FactBatch batch{job, settings.policy, publisher};
    if (const auto mirrored = mirror_subscriptions(job, access.client(), batch); !mirrored)
        return mirrored;
    auto products = products_asked_for(job);
    if (!products)
        return products.error();
    walk.products = *std::move(products);
    if (const auto walked = walk_sales(job, access.client(), batch, walk); !walked)
        return walked;
    return batch.finish();
}

} // namespace

Result<void> sync_hotmart_students(jobs::JobContext& job, const HotmartJobs& settings, rabbitmq::Publisher& publisher)
{
    return sync_sales(job, settings, publisher, {.reach = recent, .phones = true});
}

Result<void> sync_student_course_status(jobs::JobContext& job, const HotmartJobs& settings,
                                        rabbitmq::Publisher& publisher)
{
    return sync_sales(job, settings, publisher, {.reach = whole_history});
}

} // namespace ciclo::sync_worker
