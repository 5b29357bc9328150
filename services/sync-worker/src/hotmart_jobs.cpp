#include "hotmart_jobs.hpp"

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

void add_hotmart_jobs(jobs::JobRunner& runner, const HotmartJobs& settings, rabbitmq::Publisher& publisher)
{
    const auto add = [&](std::string_view name, jobs::JobBody body) {
        runner.add(name, [&settings, body = std::move(body)](jobs::JobContext& job) -> Result<void> {
            if (settings.hotmart.enabled)
                return body(job);
            log::info("nothing asked: Hotmart is switched off by HOTMART_ENABLED", {{"job_run_id", job.run_id()}});
            return {};
        });
    };
    add("sync_hotmart_buyers", [&](auto& job) { return sync_hotmart_buyers(job, settings); });
    add("sync_hotmart_products", [&](auto& job) { return sync_hotmart_products(job, settings); });
    using Recording = Result<void> (*)(jobs::JobContext&, const HotmartJobs&, rabbitmq::Publisher&);
    const std::pair<std::string_view, Recording> recording[] = {
        {"sync_hotmart_students", sync_hotmart_students},
        {"sync_student_course_status", sync_student_course_status},
        {"sync_hotmart_subscriptions", sync_hotmart_subscriptions},
        {"sync_club_progress", sync_club_progress},
    };
    for (const auto& one : recording)
        add(one.first,
            [&settings, &publisher, body = one.second](auto& job) { return body(job, settings, publisher); });
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
                                  const VisitSubscriptions& visit)
{
    job.count("subscriptions", 0);
    job.count("subscriptions_changed", 0);
    // The walk through the sales, which comes after it, has begun.
    if (!job.checkpoint_member("until").empty())
        return {};
    const Time until = now();
    const auto& statuses = hotmart::subscription_statuses;
    auto done = static_cast<std::size_t>(job.checkpoint_number("subscriptions_done"));
    const auto position = [&] { batch.set_position(fmt::format(R"("subscriptions_done":"{}")", done)); };
    for (position(); done < statuses.size();) {
        job.pause_point();
        const hotmart::SubscriptionsQuestion question{"", std::string{statuses[done]}, {until - whole_history, until}};
        std::size_t errors = 0;
        const auto look = [&](const std::vector<hotmart::Subscription>& page) -> Result<void> {
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
            if (!visit)
                return {};
            const auto failed = visit(page);
            if (!failed)
                return failed.error();
            errors += *failed;
            return {};
        };
        const auto listed = client.subscriptions(question, look);
        job.pause_point();
        if (!listed)
            return listed.error();
        job.count("subscriptions", static_cast<std::int64_t>(listed->items));
        if (errors > 0)
            job.count("errors", static_cast<std::int64_t>(errors));
        ++done;
        position();
        batch.save_position();
    }
    return {};
}

} // namespace ciclo::sync_worker
