#include "hotmart_jobs.hpp"

#include "sales_walk.hpp"

namespace ciclo::sync {

// The versions of student_course_status follow from the facts, so the job only brings the facts.
Result<void> sync_student_course_status(jobs::JobContext& job, const HotmartJobs& jobs)
{
    if (const auto ready = check_credentials(jobs.hotmart); !ready)
        return ready;
    HotmartAccess access{jobs.hotmart, job.stopping()};
    if (job.checkpoint().empty())
        if (const auto mirrored = mirror_subscriptions(job, access.client()); !mirrored)
            return mirrored;
    const auto products = products_asked_for(job);
    if (!products)
        return products.error();
    FactBatch batch{job, jobs.policy};
    if (const auto walked = walk_sales(job, access.client(), batch, {*products, whole_history, false}); !walked)
        return walked;
    return batch.finish();
}

} // namespace ciclo::sync
