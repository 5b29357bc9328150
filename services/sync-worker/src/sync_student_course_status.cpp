#include "hotmart_jobs.hpp"

#include "sales_walk.hpp"

namespace ciclo::sync_worker {

// The versions of student_course_status follow from the facts, so the job only brings the facts.
Result<void> sync_student_course_status(jobs::JobContext& job, const HotmartJobs& settings,
                                        rabbitmq::Publisher& publisher)
{
    if (const auto ready = check_credentials(settings.hotmart); !ready)
        return ready;
    HotmartAccess access{settings.hotmart, job.stopping()};
    FactBatch batch{job, settings.policy, publisher};
    if (const auto mirrored = mirror_subscriptions(job, access.client(), batch); !mirrored)
        return mirrored;
    const auto products = products_asked_for(job);
    if (!products)
        return products.error();
    if (const auto walked = walk_sales(job, access.client(), batch, {*products, whole_history, false}); !walked)
        return walked;
    return batch.finish();
}

} // namespace ciclo::sync_worker
