#include "hotmart_jobs.hpp"

#include "checkpoint_number.hpp"
#include "core/log.hpp"
#include "hotmart_facts.hpp"
#include "model/stores/hotmart_buyer_store.hpp"
#include "model/stores/hotmart_subscriber_store.hpp"

#include <fmt/core.h>

namespace ciclo::sync_worker {

HotmartJobs HotmartJobs::read(Environment& environment, const std::string& database_url)
{
    return HotmartJobs{HotmartConfig::read(environment, database_url),
                       {model::read_policy(environment), model::read_brake_policy(environment)}};
}

void add_hotmart_jobs(jobs::JobRunner& runner, const HotmartJobs& settings)
{
    using Body = Result<void> (*)(jobs::JobContext&, const HotmartJobs&);
    const auto add = [&](std::string_view name, Body body) {
        runner.add(name, [&settings, body](jobs::JobContext& job) -> Result<void> {
            if (settings.hotmart.enabled)
                return body(job, settings);
            log::info("nothing asked: Hotmart is switched off by HOTMART_ENABLED", {{"job_run_id", job.run_id()}});
            return {};
        });
    };
    add("sync_hotmart_students", sync_hotmart_students);
    add("sync_student_course_status", sync_student_course_status);
    add("sync_hotmart_buyers", sync_hotmart_buyers);
    add("sync_hotmart_subscriptions", sync_hotmart_subscriptions);
    add("sync_hotmart_products", sync_hotmart_products);
    add("sync_club_progress", sync_club_progress);
}

Result<void> check_credentials(const HotmartConfig& config)
{
    if (config.api.client_id.empty())
        return Error{ErrorKind::unauthorized,
                     "HOTMART_CLIENT_ID and HOTMART_CLIENT_SECRET are not set: make credentials in Hotmart's panel "
                     "(Tools, Hotmart Credentials) and give them to the sync-worker",
                     {}};
    return {};
}

Result<std::vector<std::string>> products_asked_for(jobs::JobContext& job)
{
    const std::string product = job.parameter("product_id");
    if (product.empty())
        return std::vector<std::string>{""};
    auto ids = model::active_hotmart_products(job.connection(), product);
    if (ids.empty())
        return Error{
            ErrorKind::not_found,
            fmt::format("no active product {} with a product.id of Hotmart's: see ciclo product list", product),
            {}};
    return ids;
}

Result<void> mirror_subscriptions(jobs::JobContext& job, hotmart::Client& client, FactBatch& batch,
                                  const hotmart::Visit<hotmart::Subscription>& visit)
{
    job.count("subscriptions", 0);
    job.count("subscriptions_changed", 0);
    // The walk through the sales, which comes after it, has begun.
    if (!job.checkpoint_member("until").empty())
        return {};
    const Time until = now();
    const auto& statuses = hotmart::subscription_statuses;
    std::size_t done = number_from(job.checkpoint_member("subscriptions_done"));
    const auto position = [&] { batch.set_position(fmt::format(R"("subscriptions_done":"{}")", done)); };
    for (position(); done < statuses.size();) {
        job.pause_point();
        const hotmart::SubscriptionsQuestion question{"", std::string{statuses[done]}, {until - whole_history, until}};
        const auto listed = client.subscriptions(question, [&](const std::vector<hotmart::Subscription>& page) {
            std::vector<model::Subscriber> subscribers;
            for (const auto& subscription : page)
                subscribers.push_back(subscriber_of(subscription));
            {
                postgres::Transaction transaction{job.connection()};
                if (const auto changed = model::write_subscribers(job.connection(), subscribers); changed > 0) {
                    job.count("subscriptions_changed", static_cast<std::int64_t>(changed));
                    batch.save_position();
                    transaction.commit();
                }
            }
            job.pause_point();
            return visit ? visit(page) : Result<void>{};
        });
        job.pause_point();
        if (!listed)
            return listed.error();
        job.count("subscriptions", static_cast<std::int64_t>(listed->items));
        ++done;
        position();
        batch.save_position();
    }
    return {};
}

} // namespace ciclo::sync_worker
