#include "hotmart_jobs.hpp"

#include "sales_walk.hpp"

namespace ciclo::sync_worker {

namespace {

// The job runs hourly; what is older is found by sync_student_course_status.
constexpr std::chrono::days recent{35};

} // namespace

Result<void> sync_hotmart_students(jobs::JobContext& job, const HotmartJobs& settings, rabbitmq::Publisher& publisher)
{
    if (const auto ready = check_credentials(settings.hotmart); !ready)
        return ready;
    HotmartAccess access{settings.hotmart, job.stopping()};
    // First whose subscription is whose: sales do not tell.
    FactBatch batch{job, settings.policy, publisher};
    if (const auto mirrored = mirror_subscriptions(job, access.client(), batch); !mirrored)
        return mirrored;
    const auto products = products_asked_for(job);
    if (!products)
        return products.error();
    if (const auto walked = walk_sales(job, access.client(), batch, {*products, recent, true}); !walked)
        return walked;
    return batch.finish();
}

} // namespace ciclo::sync_worker
